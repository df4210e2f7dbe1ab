import { describe, expect, test } from 'vitest'
import { queue } from '../src/index.ts'

describe('queue', () => {
  test('is both ends of a channel in one object', async () => {
    const jobs = queue<string>({ capacity: 2 })
    expect([jobs.isEmpty, jobs.isFull, jobs.isClosed, jobs.length, jobs.free, jobs.capacity]).toEqual([
      true,
      false,
      false,
      0,
      2,
      2,
    ])
    await jobs.send('wash')
    expect(jobs.trySend('dry')).toBe('sent')
    expect([jobs.isEmpty, jobs.isFull, jobs.trySend('fold')]).toEqual([false, true, 'full'])
    expect([await jobs.receive(), jobs.tryReceive(), jobs.tryReceive()]).toEqual(['wash', 'dry', undefined])
    await jobs.sendMany(['a', 'b'])
    expect(await jobs.receiveMany(5)).toEqual(['a', 'b'])
  })

  test('closes when told or disposed, and delivers what was sent', async () => {
    const jobs = queue<string>({ capacity: 2 })
    await jobs.send('wash')
    jobs[Symbol.dispose]()
    expect([jobs.isClosed, jobs.trySend('dry')]).toEqual([true, 'closed'])
    const done: string[] = []
    for await (const job of jobs) done.push(job)
    expect(done).toEqual(['wash'])
    await expect(jobs.send('fold')).rejects.toMatchObject({ code: 'closed', value: 'fold' })
  })
})

/** What the ancestor, a Rust channel of crossbeam's ArrayQueue and tokio's Notify, got wrong under real use. */
describe('unlike its ancestor, a queue', () => {
  test('never deadlocks under backpressure with many on both sides', async () => {
    const jobs = queue<number>({ capacity: 16 })
    let received = 0
    const consumers = Array.from({ length: 4 }, async () => {
      for await (const _ of jobs) received++
    })
    await Promise.all(
      Array.from({ length: 4 }, async () => {
        for (let i = 0; i < 25_000; i++) await jobs.send(i)
      }),
    )
    jobs.close()
    await Promise.all(consumers)
    expect(received).toBe(100_000)
  })

  test('wakes two idle consumers for two sends', async () => {
    const jobs = queue<number>({ capacity: 2 })
    const both = Promise.all([jobs.receive(), jobs.receive()])
    jobs.trySend(1)
    jobs.trySend(2)
    expect(await both).toEqual([1, 2])
  })

  test('wakes two blocked producers for two freed slots', async () => {
    const jobs = queue<number>({ capacity: 2 })
    await jobs.sendMany([1, 2])
    const both = Promise.all([jobs.send(3), jobs.send(4)])
    expect([jobs.tryReceive(), jobs.tryReceive()]).toEqual([1, 2])
    await both
  })

  test('leaves nobody asleep when it closes between the look and the wait', async () => {
    const jobs = queue<number>({ capacity: 1 })
    const waiting = [jobs.receive(), jobs.receive()]
    jobs.trySend(1)
    jobs.close()
    expect(await Promise.all(waiting)).toEqual([1, undefined])
  })

  test('never counts below zero or above its capacity, and gives a value back that it did not take', async () => {
    const jobs = queue<number>({ capacity: 1 })
    const receiving = jobs.receive()
    for (let i = 0; i < 3; i++) {
      expect(jobs.length).toBeGreaterThanOrEqual(0)
      expect(jobs.free).toBeLessThanOrEqual(1)
      jobs.trySend(i)
    }
    await receiving
    jobs.close()
    await expect(jobs.send(9)).rejects.toMatchObject({ value: 9 })
  })
})
