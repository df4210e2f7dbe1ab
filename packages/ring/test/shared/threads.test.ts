import { once } from 'node:events'
import { afterEach, describe, expect, test } from 'vitest'
import { bytes, u32 } from '../../src/codecs.ts'
import { type Block, recordRing, slabRing, slotRing, spscRing } from '../../src/shared.ts'
import { type Job, readValue, startWorker, sumOf, until, type Work } from './job.ts'

const started: Work[] = []

async function start(...jobs: Job[]): Promise<Work[]> {
  const workers = await Promise.all(jobs.map(startWorker))
  started.push(...workers)
  return workers
}

afterEach(async () => {
  await Promise.all(started.splice(0).map(({ worker }) => worker.terminate()))
})

async function kill({ worker }: Work): Promise<void> {
  const gone = once(worker, 'exit')
  await worker.terminate()
  await gone
}

const COUNT = 10_000
const FIRST = { from: 1, count: COUNT }
const SECOND = { from: 1_000_001, count: COUNT }

/** Fewer through a small ring: on two cores each of its values may cost a change of threads. */
function countFor(capacity: number): number {
  return capacity < 10 ? COUNT / 10 : COUNT
}

/** Throws unless the values of each producer come in the order in which it pushed them. Answers their sum. */
class Order {
  readonly next: number[] = [FIRST.from, SECOND.from]
  sum = 0

  add(value: number): void {
    const producer = value >= SECOND.from ? 1 : 0
    if (value !== this.next[producer]) throw new Error(`expected ${this.next[producer]}, got ${value}`)
    this.next[producer] = value + 1
    this.sum += value
  }
}

describe('rings between threads', () => {
  test.each([1, 3, 1000])('a slot ring of capacity %i gives every value to one of two poppers', async (capacity) => {
    using ring = slotRing({ capacity, codec: u32 })
    const { handle } = ring
    const count = countFor(capacity)
    const [first, second] = [
      { ...FIRST, count },
      { ...SECOND, count },
    ]
    const workers = await start(
      { role: 'push', handle, ...first },
      { role: 'push', handle, ...second },
      { role: 'pop', handle, from: 0, count },
      { role: 'pop', handle, from: 0, count },
    )
    const [, , third, fourth] = await Promise.all(workers.map((worker) => worker.start()))
    expect((third?.sum ?? 0) + (fourth?.sum ?? 0)).toBe(sumOf(first, second))
    expect(ring.length).toBe(0)
  })

  test('a slot ring of bytes gives every record whole, those of a producer in order', async () => {
    using ring = slotRing({ capacity: 50, codec: bytes(100) })
    const { handle } = ring
    const workers = await start({ role: 'push bytes', handle, ...FIRST }, { role: 'push bytes', handle, ...SECOND })
    const done = workers.map((worker) => worker.start())
    const order = new Order()
    for (let i = 0; i < 2 * COUNT; i++) order.add(readValue(until(() => ring.pop())))
    await Promise.all(done)
    expect([order.sum, ring.length]).toEqual([sumOf(FIRST, SECOND), 0])
  })

  test.each([
    [1, 1],
    [2, 2],
    [3, 2],
    [1000, 64],
  ])('a ring between two of capacity %i and step %i gives every value in order', async (capacity, step) => {
    const ring = spscRing({ capacity, step, codec: u32 })
    const range = { from: 1, count: countFor(capacity) }
    const workers = await start(
      { role: 'produce', handle: ring.handle, ...range },
      { role: 'consume', handle: ring.handle, ...range },
    )
    ring[Symbol.dispose]()
    const [, tally] = await Promise.all(workers.map((worker) => worker.start()))
    expect(tally).toEqual({ count: range.count, sum: sumOf(range) })
  })

  test('a record ring gives every record whole, those of a producer in order, and closes after the last', async () => {
    const { consumer, handle } = recordRing({ bytes: 4096, maxRecord: 100 })
    const jobs = [FIRST, SECOND].map((range) => ({ role: 'push records', handle, ...range }) as const)
    const workers = await start(...jobs)
    const done = workers.map((worker) => worker.start())
    const order = new Order()
    until(() => {
      const { closed } = consumer
      return consumer.readMany(100, (record) => order.add(readValue(record))) === 0 && closed
    })
    await Promise.all(done)
    expect([order.sum, consumer.lengthBytes]).toEqual([sumOf(FIRST, SECOND), 0])
    consumer[Symbol.dispose]()
  })

  test('a slab ring gives every block to one of two takers', async () => {
    using ring = slabRing({ capacity: 3, blockBytes: 104 })
    const { handle } = ring
    const workers = await start(
      { role: 'publish', handle, ...FIRST },
      { role: 'publish', handle, ...SECOND },
      { role: 'take', handle, from: 0, count: COUNT },
      { role: 'take', handle, from: 0, count: COUNT },
    )
    const [, , third, fourth] = await Promise.all(workers.map((worker) => worker.start()))
    expect((third?.sum ?? 0) + (fourth?.sum ?? 0)).toBe(sumOf(FIRST, SECOND))
    const free = Array.from({ length: 8 }, () => ring.claim())
    expect(free.every((block) => block !== undefined)).toBe(true)
    for (const block of free) block?.[Symbol.dispose]()
  })
})

describe('a thread that is terminated', () => {
  test('gives the blocks back that it had claimed and taken', async () => {
    using ring = slabRing({ capacity: 2, blocks: 4, blockBytes: 64 })
    for (const length of [1, 2]) ring.claim()?.publish(length)
    const [worker] = (await start({ role: 'hold', handle: ring.handle, from: 0, count: 0 })) as [Work]
    expect(await worker.start()).toBe('1,2,64')
    const last = ring.claim() as Block
    expect([ring.claim(), ring.take()]).toEqual([undefined, undefined])
    await kill(worker)
    const back = Array.from({ length: 4 }, () => ring.claim())
    expect(back.map((block) => block?.bytes.length)).toEqual([64, 64, 64, undefined])
    for (const block of [last, ...back]) block?.[Symbol.dispose]()
  })

  test('leaves what it had shown to its consumer, and the ring closed', async () => {
    const { consumer, handle } = spscRing({ capacity: 100, codec: u32, step: 10 })
    const [worker] = (await start({ role: 'produce', handle, from: 0, count: 2 ** 31 })) as [Work]
    worker.worker.postMessage('start')
    let next = 0
    const take = () => {
      const value = consumer.pop()
      if (value !== undefined) expect(value).toBe(next++)
      return value
    }
    while (next < 1000) until(take)
    const dying = kill(worker)
    for (let i = 0; i < 100; i++) take()
    await dying
    expect([consumer.closed, consumer.length % 10]).toEqual([true, 0])
    const { length } = consumer
    for (let i = 0; i < length; i++) take()
    expect([consumer.pop(), next % 10, consumer.length]).toEqual([undefined, 0, 0])
    consumer[Symbol.dispose]()
  })

  test('wedges no slot ring: the others go on, with all of its room', async () => {
    using ring = slotRing({ capacity: 7, codec: u32 })
    for (let round = 0; round < 5; round++) {
      const [worker] = (await start({ role: 'push', handle: ring.handle, from: 0, count: 2 ** 31 })) as [Work]
      worker.worker.postMessage('start')
      let next = 0
      const take = () => {
        const value = ring.pop()
        if (value !== undefined) expect(value).toBe(next++)
        return value
      }
      while (next < 1000) until(take)
      await kill(worker)
      while (take() !== undefined);
      expect([ring.pushMany([1, 2, 3, 4, 5, 6, 7, 8]), ring.popMany(9)]).toEqual([7, [1, 2, 3, 4, 5, 6, 7]])
    }
  })
})
