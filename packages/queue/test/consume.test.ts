import { getEventListeners } from 'node:events'
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

describe('consume', () => {
  test('hands each message to the handler, as many at a time as it may, and acknowledges it when it is done', async () => {
    await queues.create('a')
    await queues.sendMany('a', bodies('1', '2', '3'))
    const calls = new Map<string, PromiseWithResolvers<void>>()
    const consumer = queues.consume(
      'a',
      (message) => {
        const call = Promise.withResolvers<void>()
        calls.set(message.text(), call)
        return call.promise
      },
      { concurrency: 2 },
    )
    await quiet()
    expect([[...calls.keys()], consumer.running]).toEqual([['1', '2'], 2])
    calls.get('1')?.resolve()
    await quiet()
    expect([...calls.keys()]).toEqual(['1', '2', '3'])
    for (const call of calls.values()) call.resolve()
    await quiet()
    expect(await queues.stats('a')).toMatchObject({ acked: 3, inFlight: 0, waitingReceives: 2 })
    await consumer.stop()
    expect((await queues.stats('a')).waitingReceives).toBe(0)
  })

  test('keeps the lease as long as the handler runs, however long that is', async () => {
    await queues.create('a', { leaseMs: 100 })
    await queues.send('a', '1')
    const call = Promise.withResolvers<void>()
    const consumer = queues.consume('a', () => call.promise)
    await pass(1_000)
    expect(await queues.stats('a')).toMatchObject({ inFlight: 1, delivered: 1, returned: 0 })
    call.resolve()
    await quiet()
    expect((await queues.stats('a')).acked).toBe(1)
    await consumer.stop()
  })

  test('gives back what fails, to be tried again after a delay that doubles', async () => {
    await queues.create('dead')
    await queues.create('a', { maxDeliveries: 3, deadLetterQueue: 'dead' })
    await queues.send('a', 'poison')
    const at: number[] = []
    const errors: unknown[] = []
    const began = performance.now()
    const consumer = queues.consume(
      'a',
      () => {
        at.push(performance.now() - began)
        throw new Error('torn')
      },
      { retryDelayMs: 100, onError: (error, message) => void errors.push(error, message.text()) },
    )
    await pass(100)
    await pass(200)
    expect(at.map(Math.round)).toEqual([0, 100, 300])
    expect(errors.slice(0, 2)).toEqual([new Error('torn'), 'poison'])
    expect(texts(await queues.peek('dead'))).toEqual(['poison'])
    await consumer.stop()
  })

  test('tells the handler when its lease was lost', async () => {
    await queues.create('a', { leaseMs: 100 })
    await queues.send('a', '1')
    let reason: unknown
    const consumer = queues.consume('a', (_, { signal }) => {
      return new Promise<void>((resolve) => {
        signal.addEventListener('abort', () => {
          reason = signal.reason
          resolve()
        })
      })
    })
    const done = rejection(consumer.done)
    await quiet()
    await queues.delete('a', { force: true })
    await pass(50)
    expect(String(reason)).toBe('Error: the lease of message 1 was lost')
    expect(await done).toMatchObject({ code: 'missing' })
  })

  test('stop waits for what runs, or not longer than it is told to, and then gives it back', async () => {
    await queues.create('a')
    await queues.sendMany('a', bodies('1', '2'))
    const aborted: unknown[] = []
    const consumer = queues.consume('a', (message, { signal }) => {
      return new Promise<void>((_, reject) => {
        signal.addEventListener('abort', () => {
          aborted.push(message.text())
          reject(signal.reason)
        })
      })
    })
    await quiet()
    const stopping = consumer.stop({ timeoutMs: 50 })
    await pass(49)
    expect(aborted).toEqual([])
    await pass(1)
    await stopping
    expect(aborted).toEqual(['1'])
    expect(texts(await queues.peek('a', { max: 9 }))).toEqual(['1', '2'])
  })

  test('ends with a signal, and leaves no listener on it; rejects when the queue is not there', async () => {
    await queues.create('a')
    const controller = new AbortController()
    const consumer = queues.consume('a', () => {}, { signal: controller.signal })
    await quiet()
    controller.abort()
    await consumer.done
    expect(getEventListeners(controller.signal, 'abort')).toEqual([])
    expect(await rejection(queues.consume('b', () => {}).done)).toMatchObject({ code: 'missing' })
    expect(() => queues.consume('a', 7 as never)).toThrow('consume: handler: expected a function, got 7')
  })

  test('goes on for ever without a delay, and acknowledges what is done well although it was to stop', async () => {
    await queues.create('a')
    await queues.send('a', '1')
    let calls = 0
    const consumer = queues.consume(
      'a',
      () => {
        calls++
        if (calls < 1_100) throw new Error('torn')
      },
      { retryDelayMs: 0 },
    )
    while (calls < 1_100) await quiet()
    await quiet()
    expect((await queues.stats('a')).acked).toBe(1)
    await consumer.stop()
    await queues.send('a', '2')
    const call = Promise.withResolvers<void>()
    const other = queues.consume('a', () => call.promise)
    await quiet()
    const stopping = other.stop({ timeoutMs: 10 })
    await pass(10)
    call.resolve()
    await stopping
    expect((await queues.stats('a')).acked).toBe(2)
  })

  test('gives the message back before it tells of the error, and ends with what onError throws', async () => {
    await queues.create('a')
    await queues.send('a', '1')
    const consumer = queues.consume('a', () => Promise.reject(new Error('torn')), {
      retryDelayMs: 50,
      onError: (error) => {
        throw error
      },
    })
    expect(await rejection(consumer.done)).toEqual(new Error('torn'))
    expect(await queues.stats('a')).toMatchObject({ inFlight: 0, delayed: 1 })
    expect(consumer.running).toBe(0)
  })

  test('works on messages without a lease, too', async () => {
    await queues.create('a', { leaseMs: 0 })
    await queues.send('a', '1')
    const seen: string[] = []
    const consumer = queues.consume('a', (message) => void seen.push(message.text()))
    await quiet()
    await consumer.stop()
    expect([seen, (await queues.stats('a')).acked]).toEqual([['1'], 1])
  })
})

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
