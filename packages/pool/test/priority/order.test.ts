import { describe, expect, test } from 'vitest'
import { type PriorityPool, priorityPool } from '../../src/index.ts'
import { collectGarbage, type Job, jobs, kinds, memory, poolOf, randomFrom, text, texts } from './support.ts'

describe.each(kinds)('a priority pool %s', (_, options) => {
  test('drains the highest priority first, and of equal ones the earliest', () => {
    const pool = poolOf(options, '1a 5b 3c 5d 1e 5f')
    expect(texts(pool.tryDrain(4))).toBe('5b 5d 5f 3c')
    expect(texts(pool.tryDrain(10))).toBe('1a 1e')
    expect(pool.tryDrain(1)).toEqual([])
  })

  test('keeps a thousand equal ones in the order they came', () => {
    const pool = poolOf({ ...options, capacity: 1_000 })
    for (let i = 0; i < 1_000; i++) pool.trySubmit({ priority: 7, name: String(i) })
    expect(pool.tryDrain(1_000).map(({ name }) => Number(name))).toEqual(Array.from({ length: 1_000 }, (_, i) => i))
  })

  test('peeks at the first without taking it', () => {
    const pool = poolOf(options)
    expect(pool.peek()).toBeUndefined()
    for (const one of jobs('2a 9b')) pool.trySubmit(one)
    expect(text(pool.peek() as Job)).toBe('9b')
    expect(pool.length).toBe(2)
  })

  test('takes one with tryTake, or undefined if there is none', () => {
    const pool = poolOf(options, '2a 9b')
    expect([pool.tryTake(), pool.tryTake(), pool.tryTake()].map((one) => one && text(one))).toEqual([
      '9b',
      '2a',
      undefined,
    ])
  })

  test('removes by a function and hands back in order; the rest stays in order', () => {
    const pool = poolOf(options, '1a 5b 3c 5d 2e')
    expect(texts(pool.remove(({ priority }) => priority % 2 === 1 && priority > 1))).toBe('5b 5d 3c')
    expect(texts(pool.tryDrain(10))).toBe('2e 1a')
    expect(pool.stats()).toMatchObject({ submitted: 5, removed: 3, drained: 2, length: 0 })
  })

  test('removes by a function that drains: each item is handed out once', () => {
    const pool = poolOf(options, '5a 4b 3c 2d')
    const drained: string[] = []
    const removed = pool.remove((item) => {
      drained.push(texts(pool.tryDrain(1)))
      return item.name === 'a' || item.name === 'd'
    })
    const left = texts(pool.tryDrain(5))
    expect([...drained, texts(removed), left].join(' ').split(' ').filter(Boolean).sort()).toEqual([
      '2d',
      '3c',
      '4b',
      '5a',
    ])
    expect(pool.stats()).toMatchObject({ submitted: 4, length: 0 })
  })

  test('removes the item of a ticket, once, and frees its place', async () => {
    const pool = poolOf({ ...options, capacity: 2 })
    const ticket = await pool.submit({ priority: 4, name: 'a' })
    await pool.submit({ priority: 4, name: 'b' })
    expect(ticket.state).toBe('queued')
    expect(texts(pool.remove(ticket))).toBe('4a')
    expect(ticket.state).toBe('removed')
    expect(pool.remove(ticket)).toEqual([])
    expect(pool.free).toBe(1)
    expect(texts(pool.tryDrain(2))).toBe('4b')
  })

  test('clears all in order and goes on', () => {
    const pool = poolOf(options, '1a 5b 3c')
    expect(texts(pool.clear())).toBe('5b 3c 1a')
    expect(pool.length).toBe(0)
    pool.trySubmit({ priority: 1, name: 'z' })
    expect(texts(pool.tryDrain(1))).toBe('1z')
  })

  test('many removals leave no trace in memory or order', () => {
    const pool = poolOf({ ...options, capacity: 1_000 })
    for (let round = 0; round < 50; round++) {
      for (let i = 0; i < 200; i++) pool.trySubmit({ priority: (i * 37) % 11, name: `${round}-${i}` })
      pool.remove(({ name }) => !name.endsWith('-7'))
    }
    const left = pool.tryDrain(1_000)
    expect(left.map(({ name }) => name)).toEqual(Array.from({ length: 50 }, (_, round) => `${round}-7`))
  })
})

describe('the order', () => {
  test.each(['tickets', 'no tickets', 'the lowest thrown out'])(
    'has a list for each of 1,024 priorities: %s',
    async (how) => {
      const priorities = Array.from({ length: 1_024 }, (_, i) => (i * 389) % 1_024)
      const isEvicting = how === 'the lowest thrown out'
      const pool = priorityPool<number>({
        capacity: isEvicting ? 512 : 1_024,
        overflow: isEvicting ? 'evict-lowest' : 'wait',
        structure: 'buckets',
      })
      for (const priority of priorities) {
        if (how === 'no tickets') expect(pool.trySubmit(priority, { priority })).toBe('submitted')
        else if (isEvicting) await pool.submit(priority, { priority }).catch(() => {})
        else await pool.submit(priority, { priority })
      }
      const highestFirst = priorities.toSorted((a, b) => b - a)
      expect(pool.tryDrain(1_024)).toEqual(isEvicting ? highestFirst.slice(0, 512) : highestFirst)
    },
  )

  test('changes from buckets to a heap without anybody noticing', () => {
    const pool = poolOf({ priority: ({ priority }) => priority }, '1a 5b 1023c')
    for (const [priority, name] of [
      [5.5, 'd'],
      [-3, 'e'],
      [1e9, 'f'],
      [5, 'g'],
      [Number.NEGATIVE_INFINITY, 'h'],
    ] as const) {
      pool.trySubmit({ priority, name })
    }
    expect(
      pool
        .tryDrain(10)
        .map(({ name }) => name)
        .join(''),
    ).toBe('fcdbgaeh')
  })

  test.each([
    ['with a bucket', 5],
    ['without', 2_000],
    ['that are no whole numbers', 0.5],
    ['larger than a heap can pack', 2 ** 40],
  ])('is one for items with a ticket and items without, of priorities %s', async (_, priority) => {
    const pool = priorityPool<string>({ capacity: 10, priority: () => priority })
    await pool.submit('a')
    pool.trySubmit('b')
    const ticket = await pool.submit('c')
    pool.trySubmit('d')
    pool.trySubmit('first', { priority: priority + 1 })
    const held = pool.tryHold(2)
    expect(held.items).toEqual(['first', 'a'])
    pool.trySubmit('e')
    held.putBack()
    expect(pool.remove(ticket)).toEqual(['c'])
    expect(pool.remove((item) => item === 'b')).toEqual(['b'])
    pool.trySubmit('f')
    expect([pool.peek(), pool.tryDrain(10)]).toEqual(['first', ['first', 'a', 'd', 'e', 'f']])
  })

  test('is what the submit says, rather than the pool', async () => {
    const pool = poolOf({ priority: ({ priority }) => priority }, '9a')
    await pool.submit({ priority: 1, name: 'b' }, { priority: 200 })
    expect(texts(pool.tryDrain(2))).toBe('1b 9a')
  })

  test('is first in, first out when nothing says anything', () => {
    const pool = poolOf({}, '1a 2b 3c')
    expect(texts(pool.tryDrain(3))).toBe('1a 2b 3c')
  })

  test('lets what has waited rise by one for each ageingMs', () => {
    let now = 0
    const pool = poolOf({ priority: ({ priority }) => priority, ageingMs: 100, clock: { now: () => now } }, '1a')
    now = 350
    for (const one of jobs('4b 5c')) pool.trySubmit(one)
    // 1a counts for 4.5 by now.
    expect(texts(pool.tryDrain(3))).toBe('5c 1a 4b')
  })

  test('is that of a sort, for a hundred thousand random priorities with every second one drained in between', () => {
    const pool = poolOf({ capacity: 100_000, priority: ({ priority }) => priority })
    const random = randomFrom(1)
    const all: Job[] = []
    for (let i = 0; i < 100_000; i++) {
      const one = { priority: Math.floor(random() * 10_000) / 10, name: String(i) }
      all.push(one)
      pool.trySubmit(one)
    }
    const drained = pool.tryDrain(50_000)
    const again = drained.filter((_, i) => i % 2 === 0)
    for (const one of again) pool.trySubmit(one)
    const byPriority = (a: Job, b: Job) => b.priority - a.priority
    const sorted = [...all].sort(byPriority)
    expect(drained).toEqual(sorted.slice(0, 50_000))
    // A stable sort keeps those that came later behind.
    const rest = sorted.slice(50_000).sort((a, b) => Number(a.name) - Number(b.name))
    expect(pool.tryDrain(75_000)).toEqual([...rest, ...again].sort(byPriority))
  })
})

describe('a priority pool', () => {
  test('holds no item that was drained after a priority came that has no bucket', async () => {
    const pool = priorityPool<object>({ capacity: 10 })
    const ticket = await pool.submit({}, { priority: 5 })
    const drained = submitted(pool)
    pool.trySubmit({}, { priority: 2_000 })
    pool.tryDrain(3)
    await new Promise((resolve) => setImmediate(resolve))
    collectGarbage()
    expect([drained.deref(), ticket.state]).toEqual([undefined, 'drained'])
  })
})

describe('the memory of a priority pool', () => {
  test.each([
    ['buckets', 1_000],
    ['a heap', 100_000],
  ])('holds no item that was drained while others without tickets are left, in %s', async (_, priorities) => {
    const pool = priorityPool<object>({ capacity: 20_000 })
    const random = randomFrom(12)
    for (let i = 0; i < 20_000; i++) pool.trySubmit({}, { priority: Math.floor(random() * priorities) })
    const drained = pool.tryDrain(15_000).map((item) => new WeakRef(item))
    await new Promise((resolve) => setImmediate(resolve))
    collectGarbage()
    expect(drained.filter((item) => item.deref() !== undefined)).toEqual([])
    expect(pool.length).toBe(5_000)
  })

  test('is small while it holds nothing', () => {
    const pools: object[] = []
    const before = memory()
    for (let i = 0; i < 200; i++) pools.push(priorityPool({ capacity: 10 }))
    expect((memory() - before) / pools.length).toBeLessThan(40_000)
  })

  test.each([
    ['without tickets in a bucket', 200_000, () => 5, undefined],
    ['without tickets in all buckets', 500_000, (i: number) => i % 1_024, undefined],
    ['without tickets in a heap', 200_000, () => 2_000, undefined],
    ['with a key in a heap', 200_000, () => 2_000, 'key'],
  ])('is given back when all items are gone: %s', (_, count, priorityOf, key) => {
    const pool = priorityPool<number>({ capacity: count })
    const before = memory()
    for (let i = 0; i < count; i++) pool.trySubmit(i, { priority: priorityOf(i), key: key && key + i })
    expect(memory() - before).toBeGreaterThan(3_000_000)
    while (pool.tryTake() !== undefined);
    expect(memory() - before).toBeLessThan(1_500_000)
    // Until here the pool is held.
    expect(pool.length).toBe(0)
  })

  test('is given back when all items but the lowest are gone that came without tickets', () => {
    const pool = priorityPool<number>({ capacity: 200_000 })
    const random = randomFrom(11)
    const before = memory()
    for (let i = 0; i < 200_000; i++) pool.trySubmit(i, { priority: 2_000 + Math.floor(random() * 100_000) })
    expect(memory() - before).toBeGreaterThan(3_000_000)
    while (pool.length > 200) pool.tryTake()
    expect(memory() - before).toBeLessThan(1_500_000)
    expect(pool.length).toBe(200)
  })
})

/** Submits an object that nothing here holds afterwards. */
function submitted(pool: PriorityPool<object>): WeakRef<object> {
  const item = {}
  pool.trySubmit(item, { priority: 5 })
  return new WeakRef(item)
}
