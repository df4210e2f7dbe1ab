import { explore, sharedMemory } from '@millrace/interleave'
import { describe, expect, test } from 'vitest'
import { broken } from './broken.ts'

const memory = sharedMemory({ bytes: 64 })
const { load, store, atomic, pair } = memory

/** Runs it as the only actor, on these words. */
function run<R>(body: () => R, ...words: readonly number[]): { result: R; words: number[] } {
  let result: R | undefined
  let after: number[] = []
  explore({
    memory,
    setup: () => {
      for (const [index, value] of words.entries()) store(index * 4, value)
    },
    actors: { body },
    check: ({ results }) => {
      result = results.body
      after = words.map((_, index) => load(index * 4))
    },
  })
  return { result: result as R, words: after }
}

describe('a word', () => {
  test('is loaded and stored, at an offset too', () => {
    expect(run(() => [load(0), load(0, 4), atomic.load(4), atomic.load(0, 4)], 5, 6).result).toEqual([5, 6, 6, 6])
    expect(run(() => store(0, 7, 4), 5, 6).words).toEqual([5, 7])
    expect(run(() => atomic.store(0, 7, 4), 5, 6).words).toEqual([5, 7])
  })

  test.each([
    ['add', 5, 3, 8],
    ['add', 2 ** 31 - 1, 1, -(2 ** 31)],
    ['sub', -(2 ** 31), 1, 2 ** 31 - 1],
    ['and', 6, 3, 2],
    ['or', 6, 3, 7],
    ['xchg', 6, 3, 3],
  ] as const)('%s: %i and %i make %i, the old value is answered', (verb, old, value, expected) => {
    expect(run(() => atomic[verb](0, value), old)).toEqual({ result: old, words: [expected] })
    expect(run(() => atomic[verb](0, value, 4), 0, old)).toEqual({ result: old, words: [0, expected] })
  })

  test('is exchanged only if it is as expected', () => {
    expect(run(() => atomic.cmpxchg(0, 5, 9), 5)).toEqual({ result: 5, words: [9] })
    expect(run(() => atomic.cmpxchg(0, 4, 9), 5)).toEqual({ result: 5, words: [5] })
    expect(run(() => atomic.cmpxchg(0, 5, 9, 4), 0, 5)).toEqual({ result: 5, words: [0, 9] })
  })

  test('is wrapped to 32 bits', () => {
    expect(run(() => atomic.store(0, 2 ** 31), 0).words).toEqual([-(2 ** 31)])
    expect(run(() => atomic.cmpxchg(0, 2 ** 32 - 1, 1), -1)).toEqual({ result: -1, words: [1] })
  })
})

describe('two words', () => {
  test('are exchanged together, or not at all', () => {
    expect(run(() => pair.cmpxchg(0, 1, 2, 3, 4), 1, 2)).toEqual({ result: true, words: [3, 4] })
    expect(run(() => pair.cmpxchg(0, 1, 9, 3, 4), 1, 2)).toEqual({ result: false, words: [1, 2] })
    expect(run(() => pair.cmpxchg(0, 9, 2, 3, 4), 1, 2)).toEqual({ result: false, words: [1, 2] })
  })

  test('are never seen half exchanged', () => {
    const swap = () => pair.cmpxchg(0, 0, 0, 1, 1)
    const look = () => pair.cmpxchg(0, 0, 1, 5, 5) || pair.cmpxchg(0, 1, 0, 5, 5)
    expect(explore({ memory, actors: { swap, look }, check: ({ results }) => !results.look }).schedules).toBe(3)
  })
})

describe('bytes', () => {
  test.each([
    [0, 8, 8],
    [1, 9, 5],
    [2, 4, 3],
    [0, 2, 9],
    [6, 3, 7],
    [0, 0, 4],
    [0, 8, 0],
  ])('are copied as by copyWithin: to %i from %i, %i of them', (target, source, length) => {
    const words = [0x04030201, 0x08070605, 0x0c0b0a09, 0x100f0e0d]
    const bytes = new Uint8Array(Int32Array.from(words).buffer).copyWithin(target, source, source + length)
    expect(run(() => memory.memory.copy(target, source, length), ...words).words).toEqual([
      ...new Int32Array(bytes.buffer),
    ])
  })

  test('are filled', () => {
    const bytes = new Uint8Array(8).fill(0xab, 1, 6)
    expect(run(() => memory.memory.fill(1, 0x1ab, 5), 0, 0).words).toEqual([...new Int32Array(bytes.buffer)])
  })

  test('are copied a word at a time: a reader may see half of it', () => {
    const halves = new Set<string>()
    explore({
      memory,
      setup: () => {
        store(16, 7)
        store(20, 7)
      },
      actors: { copy: () => memory.memory.copy(0, 16, 8), read: () => [load(4), load(0)].reverse().join(' ') },
      check: ({ results }) => halves.add(results.read),
    })
    expect([...halves].sort()).toEqual(['0 0', '7 0', '7 7'])
  })
})

describe('an address', () => {
  test.each([
    ['not a multiple of 4', () => load(2), /ptr: expected a multiple of 4, got 2/],
    ['out of range', () => atomic.load(64), /ptr: 4 bytes at 64 are not within the 64 bytes of the memory/],
    ['below 0', () => load(-4), /ptr: 4 bytes at -4 are not within/],
    ['no number', () => load(Number.NaN), /ptr: expected a multiple of 4, got NaN/],
    ['of a pair, not a multiple of 8', () => pair.cmpxchg(4, 0, 0, 0, 0), /ptr: expected a multiple of 8, got 4/],
    ['past the end of a copy', () => memory.memory.copy(0, 60, 8), /ptr: 8 bytes at 60 are not within/],
  ])('that is %s fails the actor, and the caller outside', (_claim, body, message) => {
    expect(body).toThrow(RangeError)
    expect(broken(() => explore({ memory, actors: { body } })).message).toMatch(message)
  })
})

describe('a memory', () => {
  test('is cleared, then set up, before each search', () => {
    const actors = { add: () => atomic.add(0, 1) }
    for (let time = 0; time < 2; time++) {
      expect(explore({ memory, actors, check: ({ results }) => results.add === 0 }).complete).toBe(true)
    }
  })

  test('wakes all with a count of -1, and answers numbers to a kernel', () => {
    const waiter = () => atomic.wait(0, 0)
    const seen = new Set<string>()
    const waker = () => {
      const woken = atomic.notify(0, -1)
      atomic.store(0, 1)
      atomic.notify(0, 0x7fffffff)
      return woken
    }
    explore({
      memory,
      actors: { a: waiter, b: waiter, waker },
      check: ({ results: { a, b, waker } }) => seen.add(`${a}${b}${waker}`),
    })
    expect([...seen].sort()).toEqual(['000', '001', '002', '010', '011', '100', '101', '110'])
  })

  test.each([0, 12, 2 ** 25, 8.5, Number.NaN])('of %s bytes cannot be', (bytes) => {
    expect(() => sharedMemory({ bytes })).toThrow(RangeError)
    expect(() => sharedMemory({ bytes })).toThrow(/^bytes: expected /)
  })
})
