import { once } from 'node:events'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { type PriorityPool, priorityPool } from '../../src/index.ts'
import { FakeClock, isSettled, kinds, listener, poolOf, randomFrom, rejection, texts } from './support.ts'

afterEach(() => void vi.useRealTimers())

describe.each(kinds)('evict-lowest %s', (_, options) => {
  test('puts out what would be drained last, if that is due after the new one', async () => {
    const { told, onEvict } = listener()
    const pool = poolOf({ ...options, capacity: 3, overflow: 'evict-lowest', onEvict }, '1a 5b 1c')
    expect(pool.trySubmit({ priority: 3, name: 'd' })).toBe('submitted')
    expect(told).toEqual(['1c evicted'])
    expect(pool.trySubmit({ priority: 1, name: 'e' })).toBe('full')
    expect(await rejection(pool.submit({ priority: 0, name: 'f' }))).toMatchObject({
      code: 'full',
      value: { name: 'f' },
    })
    expect(texts(pool.tryDrain(5))).toBe('5b 3d 1a')
    expect(pool.stats()).toMatchObject({ submitted: 4, evicted: 1, drained: 3, rejected: 2 })
  })

  test('is right after items have come, gone and come back many times', () => {
    const pool = poolOf({ ...options, capacity: 20, overflow: 'evict-lowest' })
    const random = randomFrom(7)
    for (let i = 0; i < 5_000; i++) {
      pool.trySubmit({ priority: Math.floor(random() * 200), name: String(i) })
      if (random() < 0.3) pool.tryHold(Math.ceil(random() * 5)).putBack()
      if (random() < 0.3) pool.tryDrain(1)
    }
    const left = pool.tryDrain(100).map(({ priority }) => priority)
    expect(left).toEqual([...left].sort((a, b) => b - a))
    const { submitted, drained, evicted, length } = pool.stats()
    expect([submitted, length]).toEqual([drained + evicted, 0])
  })
})

describe('onEvict', () => {
  test('may call the pool', () => {
    const left: string[] = []
    const pool = priorityPool<string>({
      capacity: 1,
      overflow: 'evict-lowest',
      onEvict: (item) => {
        left.push(item)
        if (left.length < 3) pool.trySubmit(`${item}!`, { priority: 10 + left.length })
      },
    })
    for (const [item, priority] of [
      ['a', 1],
      ['b', 2],
    ] as const)
      pool.trySubmit(item, { priority })
    expect([left, pool.tryDrain(5)]).toEqual([['a', 'b', 'a!'], ['b!']])
  })

  test('may close the pool in a submit, which does not come in then', async () => {
    const clock = new FakeClock()
    const expiring = (): PriorityPool<string> => {
      const pool = priorityPool<string>({ capacity: 5, clock, onEvict: () => pool.close() })
      pool.trySubmit('a', { ttlMs: 10 })
      clock.move(10)
      return pool
    }
    expect(expiring().trySubmit('b')).toBe('closed')
    expect(expiring().trySubmit('b', { key: 'k' })).toBe('closed')
    expect(await rejection(expiring().submit('b'))).toMatchObject({ code: 'closed', value: 'b' })
  })

  test('may submit what a drain waits for whose time is over: it takes that once', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const clock = new FakeClock()
    const onEvict = (item: string): void => {
      for (const one of 'bcdef') pool.trySubmit(`${item}${one}`)
    }
    const pool: PriorityPool<string> = priorityPool<string>({ capacity: 10, clock, onEvict })
    const late = pool.drain(2, { timeoutMs: 10 })
    const behind = pool.drain(4)
    pool.trySubmit('a', { ttlMs: 20 })
    clock.move(20)
    vi.advanceTimersByTime(10)
    expect([await late, pool.length, pool.stats().waitingDrains]).toEqual([['ab', 'ac'], 3, 1])
    pool.trySubmit('g')
    expect(await behind).toEqual(['ad', 'ae', 'af', 'g'])
  })

  test('that throws is an uncaught exception, and the pool goes on', async () => {
    const pool = priorityPool<string>({
      capacity: 1,
      overflow: 'evict-lowest',
      onEvict: () => {
        throw new Error('from onEvict')
      },
    })
    const listeners = process.listeners('uncaughtException')
    process.removeAllListeners('uncaughtException')
    try {
      const uncaught = once(process, 'uncaughtException')
      pool.trySubmit('a')
      expect(pool.trySubmit('b', { priority: 1 })).toBe('submitted')
      expect((await uncaught)[0]).toMatchObject({ message: 'from onEvict' })
    } finally {
      for (const listener of listeners) process.on('uncaughtException', listener)
    }
    expect(pool.tryDrain(2)).toEqual(['b'])
  })
})

describe('keys', () => {
  test('let one with a higher priority take the place of the other, also in a full pool', () => {
    const { told, onEvict } = listener()
    const pool = poolOf({ capacity: 2, priority: ({ priority }) => priority, onEvict }, '4z')
    expect(pool.trySubmit({ priority: 1, name: 'a' }, { key: 'k' })).toBe('submitted')
    expect(pool.trySubmit({ priority: 1, name: 'b' }, { key: 'k' })).toBe('duplicate')
    expect(pool.trySubmit({ priority: 9, name: 'c' }, { key: 'k' })).toBe('replaced')
    expect(told).toEqual(['1a replaced'])
    expect(texts(pool.tryDrain(5))).toBe('9c 4z')
    expect(pool.trySubmit({ priority: 1, name: 'd' }, { key: 'k' })).toBe('submitted')
  })

  test('make the ticket of a submit say duplicate', async () => {
    const pool = poolOf({})
    const first = await pool.submit({ priority: 1, name: 'a' }, { key: 'k' })
    expect((await pool.submit({ priority: 1, name: 'b' }, { key: 'k' })).state).toBe('duplicate')
    pool.tryDrain(1)
    expect(first.state).toBe('drained')
    expect(pool.stats()).toMatchObject({ submitted: 1, duplicates: 1 })
  })
})

describe('ttlMs', () => {
  test('puts an item out when its time is over, and nobody gets it', () => {
    const clock = new FakeClock()
    const { told, onEvict } = listener()
    const pool = poolOf({ ttlMs: 100, clock, onEvict, priority: ({ priority }) => priority }, '1a 9b')
    pool.trySubmit({ priority: 5, name: 'c' }, { ttlMs: 1_000 })
    clock.move(99)
    expect(pool.length).toBe(3)
    clock.move(1)
    expect([pool.length, pool.peek()?.name]).toEqual([1, 'c'])
    expect(told.sort()).toEqual(['1a expired', '9b expired'])
    expect(pool.stats()).toMatchObject({ submitted: 3, expired: 2 })
  })

  test('makes room for a submit that waits, by a timer of its own', async () => {
    const pool = poolOf({ capacity: 1 })
    pool.trySubmit({ priority: 1, name: 'a' }, { ttlMs: 20 })
    await pool.submit({ priority: 1, name: 'b' })
    expect(texts(pool.tryDrain(5))).toBe('1b')
  })

  test('does not count while a submit waits for room', async () => {
    const clock = new FakeClock()
    const pool = poolOf({ capacity: 1, clock }, '1a')
    const waiting = pool.submit({ priority: 1, name: 'b' }, { ttlMs: 10 })
    clock.move(50)
    pool.tryDrain(1)
    await waiting
    expect(pool.length).toBe(1)
    clock.move(10)
    expect(pool.length).toBe(0)
  })

  test('ends a closed pool when the last one expires', async () => {
    const pool = poolOf({})
    pool.trySubmit({ priority: 1, name: 'a' }, { ttlMs: 10 })
    pool.close()
    expect(await isSettled(pool.whenClosed())).toBe(false)
    await pool.whenClosed()
  })
})

describe('misuse', () => {
  test.each([
    [{ capacity: 0 }, /^capacity: .*from 1.* got 0/],
    [{ capacity: 1.5 }, /^capacity: /],
    [{ capacity: '3' }, /^capacity: expected a number, got "3"/],
    [{ overflow: 'drop' }, /^overflow: .*evict-lowest, got "drop"/],
    [{ structure: 'tree' }, /^structure: /],
    [{ priority: 3 }, /^priority: expected a function, got 3/],
    [{ ttlMs: 0 }, /^ttlMs: .* got 0/],
    [{ ageingMs: Number.NaN }, /^ageingMs: .* got NaN/],
    [{ clock: {} }, /^clock: /],
    [{ capcity: 3 }, /^capcity: priorityPool has no such option/],
    [{ compare: (): number => 0, priority: () => 0 }, /^priority: a pool with compare has none/],
    [{ compare: (): number => 0, ageingMs: 1 }, /^ageingMs: a pool with compare has none/],
    [{ structure: 'buckets', ageingMs: 1 }, /^structure: /],
  ])('%o is refused at once, and named', (options, message) => {
    expect(() => priorityPool({ capacity: 1, ...options } as never)).toThrow(message)
  })

  test('of a call throws and changes nothing', () => {
    const pool = poolOf({ structure: 'buckets' })
    const item = { priority: 1, name: 'a' }
    expect(() => pool.trySubmit(undefined as never)).toThrow(/^item: undefined/)
    expect(() => pool.submit(item, { priority: Number.NaN })).toThrow(/^priority: .*NaN/)
    expect(() => pool.submit(item, { priority: 1024 })).toThrow(/^priority: .*0 to 1023 for buckets, got 1024/)
    expect(() => pool.submit(item, { priority: '1' as never })).toThrow(/^priority: expected a number/)
    expect(() => pool.submit(item, { prio: 1 } as never)).toThrow(/^prio: submit has no such option/)
    expect(() => pool.submit(item, { priority: null as never })).toThrow(/^priority: expected a number, got null/)
    expect(() => pool.trySubmit(item, { timeoutMs: 1 } as never)).toThrow(/^timeoutMs: trySubmit has no such option/)
    expect(() => pool.drain(1, { singal: 1 } as never)).toThrow(/^singal: no such option; there are signal, timeoutMs/)
    expect(() => pool.hold(1, AbortSignal.abort() as never)).toThrow(/: no such option; there are signal, timeoutMs/)
    expect(() => pool.submit(item, { timeoutMs: -1 })).toThrow(/^timeoutMs: /)
    expect(() => pool.submit(item, { ttlMs: -1 })).toThrow(/^ttlMs: /)
    expect(() => pool.submit(item, { key: 1 as never })).toThrow(/^key: /)
    for (const n of [0, -1, 1.5, Number.NaN]) expect(() => pool.drain(n)).toThrow(/^n: /)
    expect(() => pool.tryDrain(0)).toThrow(/^n: /)
    expect(() => pool.remove({} as never)).toThrow(/^which: /)
    expect(() => pool.submitMany([item], { timeoutMs: -1 })).toThrow(/^timeoutMs: /)
    expect(() => pool.submitMany([item], { prio: 1 } as never)).toThrow(/^prio: submitMany has no such option/)
    expect(() => pool.submitMany([item], { key: 1 as never })).toThrow(/^key: /)
    expect(() => pool.submitMany(item as never)).toThrow(/^items: expected something to iterate over/)
    expect(pool.stats()).toMatchObject({ submitted: 0, length: 0 })
  })

  test('with the ticket of another pool is refused', async () => {
    const ticket = await poolOf({}).submit({ priority: 1, name: 'a' })
    expect(() => poolOf({}).remove(ticket)).toThrow(/^which: expected a ticket of this pool/)
  })
})

describe('stats', () => {
  test('tell apart the ways in which items left, and those that did not come in', () => {
    const clock = new FakeClock()
    const pool = poolOf({ capacity: 3, overflow: 'evict-lowest', priority: ({ priority }) => priority, clock })
    pool.trySubmit({ priority: 1, name: 'a' }, { key: 'k' })
    pool.trySubmit({ priority: 2, name: 'b' }, { key: 'k' })
    pool.trySubmit({ priority: 1, name: 'c' }, { key: 'k' })
    pool.trySubmit({ priority: 9, name: 'd' }, { ttlMs: 5 })
    pool.trySubmit({ priority: 3, name: 'e' })
    pool.trySubmit({ priority: 4, name: 'f' })
    pool.trySubmit({ priority: 0, name: 'g' })
    clock.move(5)
    pool.remove(({ name }) => name === 'e')
    const counts = { submitted: 5, replaced: 1, duplicates: 1, evicted: 1, rejected: 1, expired: 1, removed: 1 }
    expect(pool.stats()).toMatchObject({ ...counts, drained: 0, length: 1 })
    expect(texts(pool.tryDrain(5))).toBe('4f')
  })
})
