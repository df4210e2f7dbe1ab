import { describe, expect, test } from 'vitest'
import { openQueues, queueSink, queueSource } from '../src/index.ts'
import { opened, rejection } from './support.ts'

describe('wrong arguments', () => {
  const cases: [string, (queues: Awaited<ReturnType<typeof openQueues>>) => Promise<unknown>][] = [
    ['create: name: expected a string of 1 to 200 characters, got ""', (queues) => queues.create('')],
    [
      'create: unknown option "lease"; known: capacity, capacityBytes, overflow, leaseMs, maxDeliveries, deadLetterQueue, order, ttlMs, dedupMs',
      (queues) => queues.create('b', { lease: 1 } as never),
    ],
    ['create: capacity: expected an integer from 1, got 0', (queues) => queues.create('b', { capacity: 0 })],
    ['create: maxDeliveries and deadLetterQueue belong together', (queues) => queues.create('b', { maxDeliveries: 1 })],
    [
      'create: order: expected "fifo" or "priority", got "lifo"',
      (queues) => queues.create('b', { order: 'lifo' as never }),
    ],
    ['send: body: expected a Uint8Array or a string, got undefined', (queues) => queues.send('a', undefined as never)],
    [
      'send: delayMs: expected a number of milliseconds from 0, got -1',
      (queues) => queues.send('a', 'x', { delayMs: -1 }),
    ],
    ['send: priority: expected a number, got NaN', (queues) => queues.send('a', 'x', { priority: Number.NaN })],
    ['send: headers: "n" is no string but 1', (queues) => queues.send('a', 'x', { headers: { n: 1 } as never })],
    [
      'sendMany: message 1: body: expected a Uint8Array or a string, got 2',
      (queues) => queues.sendMany('a', [{ body: '1' }, { body: 2 as never }]),
    ],
    ['receive: max: expected an integer from 1, got 1.5', (queues) => queues.receive('a', { max: 1.5 })],
    ['receive: signal: expected an AbortSignal, got 7', (queues) => queues.receive('a', { signal: 7 as never })],
    ['extend: ms: expected a number of milliseconds above 0, got 0', (queues) => queues.extend('1.1.1.1', 0)],
  ]
  test.each(cases)('are named: %s', async (message, call) => {
    const { queues } = await opened()
    await queues.create('a')
    expect(await rejection(call(queues))).toMatchObject({ message })
    expect((await queues.stats('a')).sent).toBe(0)
  })

  test('of what works with an engine are, too', async () => {
    const { queues } = await opened()
    await queues.create('a')
    for (const call of [
      () => queueSource(queues, 5 as never),
      () => queueSource({} as never, 'a'),
      () => queueSink(queues, 'a', { body: 'x' as never }),
    ]) {
      expect(call).toThrow(TypeError)
    }
    const consumer = queues.consume('a', () => {})
    expect(await rejection(consumer.stop({ timeoutMs: -1 }))).toBeInstanceOf(RangeError)
    await consumer.stop()
    expect(await rejection(queues.sendMany('b', []))).toMatchObject({ code: 'missing' })
    expect(await rejection(queues.delete('a', { force: 'yes' as never }))).toBeInstanceOf(TypeError)
    expect(await rejection(openQueues(undefined as never))).toBeInstanceOf(TypeError)
  })

  const opens: [string, unknown][] = [
    ['openQueues: path: expected a folder or ":memory:", got ""', { path: '' }],
    ['openQueues: path: expected a folder or ":memory:", got undefined', {}],
    ['openQueues: sync: expected "always", "never" or { everyMs }, got "often"', { path: 'x', sync: 'often' }],
    [
      'openQueues: sync: everyMs: expected a number of milliseconds above 0, got 0',
      { path: 'x', sync: { everyMs: 0 } },
    ],
    ['openQueues: segmentBytes: expected an integer from 1, got 0', { path: 'x', segmentBytes: 0 }],
    ['openQueues: memoryBytes: expected an integer from 0, got -1', { path: 'x', memoryBytes: -1 }],
    ['openQueues: clock: expected an object with now(), got 5', { path: 'x', clock: 5 }],
  ]
  test.each(opens)('of openQueues are named: %s', async (message, options) => {
    expect(await rejection(openQueues(options as never))).toMatchObject({ message })
  })
})
