import { describe, expect, test } from 'vitest'
import { type Held, type PriorityPool, priorityPool } from '../../src/index.ts'
import { isSettled, type Job, kinds, listener, poolOf, randomFrom, rejection, texts } from './support.ts'

describe.each(kinds)('held items %s', (_, options) => {
  test('go back to where they were', () => {
    const pool = poolOf(options, '1a 5b 3c 5d')
    const held = pool.tryHold(3)
    expect(texts(held.items)).toBe('5b 5d 3c')
    pool.trySubmit({ priority: 5, name: 'e' })
    held.putBack()
    expect(texts(pool.tryDrain(10))).toBe('5b 5d 5e 3c 1a')
  })

  test('count against the capacity until they are settled, once', async () => {
    const pool = poolOf({ ...options, capacity: 2 }, '1a 5b')
    const held = pool.tryHold(2)
    expect(pool.stats()).toMatchObject({ length: 0, held: 2 })
    expect([pool.free, pool.trySubmit({ priority: 1, name: 'z' })]).toEqual([0, 'full'])
    const submitted = pool.submit({ priority: 9, name: 'c' })
    held.release()
    held.release()
    held.putBack()
    await submitted
    expect(pool.stats()).toMatchObject({ length: 1, held: 0, drained: 2, putBack: 0 })
  })

  test('serve a waiting drain when they go back', async () => {
    const pool = poolOf(options, '1a 5b')
    const held = pool.tryHold(1)
    const drained = pool.drain(2)
    expect(await isSettled(drained)).toBe(false)
    held[Symbol.dispose]()
    expect(texts(await drained)).toBe('5b 1a')
  })

  test('keep the end of a closed pool from being told, and may still go back', async () => {
    const pool = poolOf(options, '1a 5b')
    const held = pool.tryHold(2)
    pool.close()
    const drained = pool.drain(1)
    expect(await isSettled(drained)).toBe(false)
    expect(await isSettled(pool.whenClosed())).toBe(false)
    held.putBack()
    expect(texts(await drained)).toBe('5b')
    expect(texts(await pool.drain(5))).toBe('1a')
    await pool.whenClosed()
  })

  test('end the wait of a drain on a closed pool when they are released', async () => {
    const pool = poolOf(options, '1a')
    const held = await pool.hold(1)
    const drained = pool.drain(1)
    pool.close()
    held.release()
    expect(await drained).toEqual([])
    await pool.whenClosed()
  })

  test('are waited for as a drain does', async () => {
    const pool = poolOf(options, '1a')
    expect(texts((await pool.hold(2, { timeoutMs: 1 })).items)).toBe('1a')
    const controller = new AbortController()
    const hold = rejection(pool.hold(1, { signal: controller.signal }))
    controller.abort('no')
    expect(await hold).toBe('no')
  })
})

describe('held items', () => {
  test('tell their priorities', () => {
    const [, options] = kinds[3] as (typeof kinds)[number]
    expect(poolOf(options, '1a 5b 3c').tryHold(2).priorities).toEqual([5, 3])
  })

  test.each([
    ['in buckets', 1],
    ['in a heap', -1],
  ])('tell the priority 0 as 0 %s', (_, other) => {
    const pool = priorityPool<string>({ capacity: 2 })
    pool.trySubmit('a')
    pool.trySubmit('b', { priority: other })
    expect(pool.tryHold(2).priorities?.some((priority) => Object.is(priority, -0))).toBe(false)
  })

  test('are not removed, cleared, evicted or replaced', async () => {
    const { told, onEvict } = listener()
    const pool = poolOf({ capacity: 1, priority: ({ priority }) => priority, overflow: 'evict-lowest', onEvict })
    const ticket = await pool.submit({ priority: 1, name: 'a' }, { key: 'k' })
    const held = pool.tryHold(1)
    expect([pool.remove(ticket), pool.remove(() => true), pool.clear()]).toEqual([[], [], []])
    expect(pool.trySubmit({ priority: 9, name: 'b' })).toBe('full')
    expect(pool.trySubmit({ priority: 9, name: 'c' }, { key: 'k' })).toBe('full')
    held.putBack()
    expect(ticket.state).toBe('queued')
    expect(pool.trySubmit({ priority: 9, name: 'b' })).toBe('submitted')
    expect(told).toEqual(['1a evicted'])
  })

  test('leave their key to one that is submitted meanwhile', async () => {
    const pool = poolOf({ capacity: 2 })
    await pool.submit({ priority: 0, name: 'old' }, { key: 'k' })
    const held = pool.tryHold(1)
    expect(pool.trySubmit({ priority: 0, name: 'new' }, { key: 'k' })).toBe('submitted')
    held.release()
    expect(pool.trySubmit({ priority: 0, name: 'newer' }, { key: 'k' })).toBe('duplicate')
    expect(texts(pool.tryDrain(2))).toBe('0new')
  })

  test.each([
    ['the one that is due first stays', 5, '5new', '1old replaced'],
    ['the earlier stays among equals', 1, '1old', '1new replaced'],
  ])('that go back to one with their key: %s', async (_, priority, left, gone) => {
    const { told, onEvict } = listener()
    const pool = poolOf({ capacity: 2, priority: (item) => item.priority, onEvict })
    await pool.submit({ priority: 1, name: 'old' }, { key: 'k' })
    const held = pool.tryHold(1)
    await pool.submit({ priority, name: 'new' }, { key: 'k' })
    held.putBack()
    expect([told, pool.stats().replaced]).toEqual([[gone], 1])
    expect(texts(pool.tryDrain(2))).toBe(left)
  })

  test('that have expired put nothing out when they go back', () => {
    let now = 0
    const { told, onEvict } = listener()
    const pool = poolOf({ clock: { now: () => now }, onEvict })
    pool.trySubmit({ priority: 0, name: 'old' }, { key: 'k', ttlMs: 10 })
    const held = pool.tryHold(1)
    pool.trySubmit({ priority: 0, name: 'new' }, { key: 'k' })
    now = 20
    held.putBack()
    expect(told).toEqual(['0old expired'])
    expect(texts(pool.tryDrain(2))).toBe('0new')
  })

  test('that have expired meanwhile are gone when they go back', () => {
    let now = 0
    const { told, onEvict } = listener()
    const pool = poolOf({ ttlMs: 10, clock: { now: () => now }, onEvict }, '1a')
    const held = pool.tryHold(1)
    now = 20
    expect(told).toEqual([])
    held.putBack()
    expect([pool.length, told]).toEqual([0, ['1a expired']])
  })
})

describe('putBack', () => {
  test.each([
    ['of one hold', (pool: PriorityPool<Job>, n: number) => [pool.tryHold(n)]],
    ['of many holds, the first one first', (pool: PriorityPool<Job>, n: number) => eachHeld(pool, n)],
    ['of many holds, the last one first', (pool: PriorityPool<Job>, n: number) => eachHeld(pool, n).reverse()],
  ])('costs no more for an item when there are ten times as many of its priority: %s', (_, hold) => {
    const cost = (n: number): number => {
      const pool = priorityPool<Job>({ capacity: n + 1, structure: 'buckets' })
      for (let i = 0; i <= n; i++) pool.trySubmit({ priority: 0, name: String(i) })
      const helds = hold(pool, n)
      const before = process.cpuUsage()
      for (const held of helds) held.putBack()
      const { user, system } = process.cpuUsage(before)
      expect(pool.tryDrain(n + 1).map(({ name }) => Number(name))).toEqual(Array.from({ length: n + 1 }, (__, i) => i))
      return (user + system) / n
    }
    const best = (n: number) => Math.min(cost(n), cost(n), cost(n))
    cost(4_000)
    expect(best(40_000) / best(4_000)).toBeLessThan(8)
  })

  test('of items in any order, one by one, keeps the order they came in', () => {
    const pool = priorityPool<Job>({ capacity: 200, priority: ({ priority }) => priority })
    const random = randomFrom(11)
    for (let i = 0; i < 200; i++) pool.trySubmit({ priority: i % 3, name: String(i) })
    const helds = eachHeld(pool, 150)
    while (helds.length > 0) helds.splice(Math.floor(random() * helds.length), 1)[0]?.putBack()
    const all = pool.tryDrain(200)
    expect(all).toEqual([...all].sort((a, b) => b.priority - a.priority || Number(a.name) - Number(b.name)))
    expect(all.length).toBe(200)
  })
})

function eachHeld(pool: PriorityPool<Job>, n: number): Held<Job>[] {
  return Array.from({ length: n }, () => pool.tryHold(1))
}
