import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { consume } from '../src/consume.ts'
import { openQueues, type QueueEngine, QueueError } from '../src/index.ts'
import { quiet, texts } from './support.ts'

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

const lost = new QueueError('unreachable', 'no connection in time')

/** The engine behind a network that fails a method with these errors, one after the other, and then no more. */
function flaky(method: 'ack' | 'extend' | 'receive', errors: unknown[]): { engine: QueueEngine; asked: () => number } {
  let asked = 0
  const engine = new Proxy(queues, {
    get: (target, name: keyof QueueEngine) => {
      const real = target[name].bind(target) as (...args: unknown[]) => unknown
      if (name !== method) return real
      return (...args: unknown[]) => {
        asked++
        const error = errors.shift()
        return error === undefined ? real(...args) : Promise.reject(error)
      }
    },
  })
  return { engine, asked: () => asked }
}

async function pass(ms: number): Promise<void> {
  await quiet()
  await vi.advanceTimersByTimeAsync(ms)
  await quiet()
}

describe('consume', () => {
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

  test('goes on when the network loses an acknowledgement, and tells of it; the message comes again', async () => {
    await queues.create('a', { leaseMs: 10_000 })
    await queues.sendMany('a', [{ body: '1' }, { body: '2' }])
    const { engine } = flaky('ack', [lost, new QueueError('unknown', 'the connection was lost')])
    const told: unknown[] = []
    const seen: string[] = []
    const consumer = consume(engine, 'a', (message) => void seen.push(message.text()), {
      onError: (error) => told.push(error),
    })
    await quiet()
    expect([seen, told.length, consumer.running]).toEqual([['1', '2'], 2, 0])
    expect(told[0]).toBe(lost)
    await pass(10_000)
    expect(seen).toEqual(['1', '2', '1', '2'])
    await consumer.stop()
    expect((await queues.stats('a')).acked).toBe(2)
  })

  test('receives on when the network lets nothing through for a while', async () => {
    const { engine, asked } = flaky('receive', [lost, new QueueError('busy', 'too many requests')])
    await queues.create('a')
    await queues.send('a', '1')
    const seen: string[] = []
    const consumer = consume(engine, 'a', (message) => void seen.push(message.text()), {})
    await pass(1_000)
    expect([asked(), seen]).toEqual([2, []])
    await pass(1_000)
    expect(seen).toEqual(['1'])
    await consumer.stop()
  })

  test('asks again at once after messages that cannot be read, and after a while when one of them comes again', async () => {
    const warn = vi.spyOn(process, 'emitWarning').mockReturnValue()
    const unreadable = (number: number) => new QueueError('damaged', `the body of message ${number} cannot be read`)
    const rounds = Array.from({ length: 40 }, (_, i) => unreadable(i % 3))
    const { engine, asked } = flaky('receive', rounds)
    await queues.create('a')
    const seen: string[] = []
    const consumer = consume(engine, 'a', (message) => void seen.push(message.text()), {})
    for (let i = 0; i < 20; i++) await quiet()
    const first = asked()
    expect(first).toBeGreaterThan(3)
    expect(first).toBeLessThan(9)
    await queues.send('a', '1')
    rounds.length = 3
    await vi.advanceTimersByTimeAsync(999)
    expect([asked(), seen]).toEqual([first, []])
    await vi.advanceTimersByTimeAsync(1)
    for (let i = 0; i < 20; i++) await quiet()
    expect(seen).toEqual(['1'])
    await consumer.stop()
    expect(warn).toHaveBeenCalledTimes(1)
    warn.mockRestore()
  })

  test('keeps a lease through a network that fails for a while', async () => {
    const { engine, asked } = flaky('extend', [lost, lost, undefined])
    await queues.create('a')
    await queues.send('a', '1')
    const work = Promise.withResolvers<void>()
    let signal: AbortSignal | undefined
    const handler = (_: unknown, context: { signal: AbortSignal }) => {
      signal = context.signal
      return work.promise
    }
    const consumer = consume(engine, 'a', handler, { leaseMs: 10_000 })
    await pass(5_000)
    await pass(1_000)
    await pass(1_000)
    expect([asked(), signal?.aborted]).toEqual([3, false])
    await pass(9_000)
    expect([asked(), signal?.aborted]).toEqual([4, false])
    work.resolve()
    await consumer.stop()
    expect((await queues.stats('a')).acked).toBe(1)
  })

  test('tells a handler that its lease is over when nobody could tell in time whether it holds', async () => {
    const { engine } = flaky('extend', Array(20).fill(lost))
    await queues.create('a')
    await queues.send('a', '1')
    const work = Promise.withResolvers<void>()
    let reason: unknown
    const handler = (_: unknown, { signal }: { signal: AbortSignal }) => {
      signal.addEventListener('abort', () => {
        reason = signal.reason
        work.reject(signal.reason)
      })
      return work.promise
    }
    const consumer = consume(engine, 'a', handler, { leaseMs: 10_000, onError() {} })
    await pass(9_999)
    expect(reason).toBeUndefined()
    await pass(1)
    expect(reason).toEqual(new Error('the lease of message 1 is over'))
    await consumer.stop()
  })

  test('warns once of what nobody is told of', async () => {
    const warn = vi.spyOn(process, 'emitWarning').mockReturnValue()
    await queues.create('a')
    await queues.sendMany('a', [{ body: '1' }, { body: '2' }])
    const consumer = queues.consume('a', () => Promise.reject(new Error('torn')), { retryDelayMs: 60_000 })
    await quiet()
    await consumer.stop()
    expect(warn.mock.calls.map(([text]) => text)).toEqual([
      'queue a: a message was not processed, and comes again: torn',
    ])
    warn.mockRestore()
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
})
