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
    const lost = new QueueError('unreachable', 'no connection in time')
    const losses = [lost, new QueueError('unknown', 'the connection was lost'), undefined]
    const ack = (lease: string) => (losses[0] === undefined ? queues.ack(lease) : Promise.reject(losses.shift()))
    const network: QueueEngine = new Proxy(queues, {
      get: (engine, name: keyof QueueEngine) => (name === 'ack' ? ack : engine[name].bind(engine)),
    })
    const told: unknown[] = []
    const seen: string[] = []
    const consumer = consume(network, 'a', (message) => void seen.push(message.text()), {
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
