import { describe, expect, test } from 'vitest'
import { openQueues, queueSink, queueSource } from '../src/index.ts'
import { opened, rejection } from './support.ts'

describe('wrong arguments', () => {
  test('of what works with an engine are named', async () => {
    const { queues } = await opened()
    await queues.create('a')
    for (const call of [
      () => queueSource(queues, 5 as never),
      () => queueSource({} as never, 'a'),
      () => queueSink(queues, 'a', { body: 'x' as never }),
    ]) {
      expect(call).toThrow(TypeError)
    }
    expect(await rejection(openQueues(undefined as never))).toBeInstanceOf(TypeError)
  })

  test('of a message are named, also what a getter of its class gives', async () => {
    const { queues } = await opened()
    await queues.create('a')
    class Late {
      readonly body = '1'
      get delayMs(): number {
        return Number.NaN
      }
    }
    expect(await rejection(queues.sendMany('a', [new Late()]))).toMatchObject({
      message: 'sendMany: message 0: delayMs: expected a number of milliseconds from 0, got NaN',
    })
  })

  const opens: [string, unknown][] = [
    ['openQueues: path: expected a folder or ":memory:", got ""', { path: '' }],
    ['openQueues: path: expected a folder or ":memory:", got undefined', {}],
    ['openQueues: sync: expected "always", "never" or { everyMs }, got "often"', { path: 'x', sync: 'often' }],
    [
      'openQueues: sync: everyMs: expected a number of milliseconds above 0, got 0',
      { path: 'x', sync: { everyMs: 0 } },
    ],
    [
      'openQueues: sync: everyMs: expected at most 2147483647, got Infinity',
      { path: 'x', sync: { everyMs: Number.POSITIVE_INFINITY } },
    ],
    ['openQueues: segmentBytes: expected an integer from 1, got 0', { path: 'x', segmentBytes: 0 }],
    ['openQueues: memoryBytes: expected an integer from 0, got -1', { path: 'x', memoryBytes: -1 }],
    ['openQueues: clock: expected an object with now(), got 5', { path: 'x', clock: 5 }],
  ]
  test.each(opens)('of openQueues are named: %s', async (message, options) => {
    expect(await rejection(openQueues(options as never))).toMatchObject({ message })
  })
})
