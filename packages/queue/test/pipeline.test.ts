import { from } from '@millrace/pipeline'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { type Message, openQueues, type QueueEngine, queueSink, queueSource } from '../src/index.ts'
import { quiet, rejection, texts } from './support.ts'

let queues: QueueEngine

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
  queues = await openQueues({ path: ':memory:' })
})

afterEach(async () => {
  await queues.close()
  expect(vi.getTimerCount()).toBe(0)
  vi.useRealTimers()
})

async function pass(ms: number): Promise<void> {
  await quiet()
  await vi.advanceTimersByTimeAsync(ms)
  await quiet()
}

const bodies = (...all: string[]) => all.map((body) => ({ body }))

describe('a queue in a pipeline', () => {
  test('is a source whose messages are acknowledged when the last stage is done with them, and go back when a call fails', async () => {
    await queues.create('a', { leaseMs: 100 })
    await queues.sendMany('a', bodies('1', 'bad', '3'))
    const last = Promise.withResolvers<void>()
    const run = from(queueSource(queues, 'a', { retryDelayMs: 500 }))
      .map((message: Message) => {
        if (message.text() === 'bad') throw new Error('torn')
        return message.text()
      })
      .map(async (text) => {
        if (text === '3') await last.promise
        return text
      })
      .run({ errors: 'collect' })
    const out: string[] = []
    const consumed = (async () => {
      for await (const text of run.output) out.push(text)
    })()
    await pass(400)
    expect(await queues.stats('a')).toMatchObject({ acked: 1, delayed: 1, inFlight: 1, delivered: 3 })
    last.resolve()
    await quiet()
    expect(await queues.stats('a')).toMatchObject({ acked: 2, inFlight: 0 })
    run.abort(new Error('enough'))
    await rejection(run.done)
    await consumed.catch(() => {})
    expect(out).toEqual(['1', '3'])
    expect((await queues.stats('a')).waitingReceives).toBe(0)
  })

  test('gives back at once what it had taken when the run ends before', async () => {
    await queues.create('a')
    await queues.sendMany('a', bodies('1', '2', '3'))
    for await (const message of from(queueSource(queues, 'a')).buffer(2)) {
      expect(message.text()).toBe('1')
      break
    }
    expect(await queues.stats('a')).toMatchObject({ acked: 1, inFlight: 0, delayed: 0, ready: 2 })
  })

  test('gives back at once what did not fail itself, whatever the run ended with', async () => {
    await queues.create('a')
    await queues.sendMany('a', bodies('bad', 'good'))
    const both = Promise.withResolvers<void>()
    const run = from(queueSource(queues, 'a'))
      .map(
        async (message: Message, _, { signal }) => {
          if (message.text() === 'good') {
            both.resolve()
            await new Promise((resolve) => signal.addEventListener('abort', resolve))
            return message.text()
          }
          await both.promise
          throw Object.assign(new Error('torn'), { name: 'AbortError' })
        },
        { concurrency: 2 },
      )
      .toArray()
    await rejection(run)
    expect(texts(await queues.peek('a', { max: 9 }))).toEqual(['good'])
    expect(await queues.stats('a')).toMatchObject({ ready: 1, delayed: 1, inFlight: 0 })
  })

  test('gives back what comes too late, of an engine that is slow', async () => {
    await queues.create('a')
    const late = Promise.withResolvers<void>()
    const slow: QueueEngine = Object.create(queues, {
      receive: {
        value: async () => {
          await late.promise
          return queues.receive('a')
        },
      },
      nack: { value: (lease: string) => queues.nack(lease) },
      stats: { value: (name: string) => queues.stats(name) },
    })
    await queues.send('a', '1')
    const run = from(queueSource(slow, 'a'))
      .map((message) => message)
      .run()
    await quiet()
    run.abort()
    await rejection(run.done)
    late.resolve()
    await quiet()
    expect(await queues.stats('a')).toMatchObject({ ready: 1, inFlight: 0 })
  })

  test('is a sink that makes the pipeline wait while it is full', async () => {
    await queues.create('a', { capacity: 2, overflow: 'wait' })
    const run = from(['1', '2', '3', '4']).forEach(queueSink(queues, 'a'))
    await quiet()
    expect(await queues.stats('a')).toMatchObject({ ready: 2, waitingSends: 1 })
    const got: string[] = []
    for (let i = 0; i < 4; i++) got.push(...texts(await queues.receive('a', { leaseMs: 0 })))
    await run
    expect(got).toEqual(['1', '2', '3', '4'])
  })
})
