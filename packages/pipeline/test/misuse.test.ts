import { describe, expect, test } from 'vitest'
import { from } from '../src/index.ts'

const pipeline = () => from([1, 2])
const same = (n: number) => n
const pool = { threads: 2, run: async () => 1 }
/** Hides a value from the compiler, as callers in JavaScript do. */
const wrong = (value: unknown) => value as never

describe('a wrong argument throws at once and names itself', () => {
  const cases: [message: string, call: () => unknown][] = [
    ['from: expected an iterable, an async iterable or a receiver, got 7', () => from(wrong(7))],
    ['from: expected an iterable, an async iterable or a receiver, got undefined', () => from(wrong(undefined))],
    ['from: expected an iterable, an async iterable or a receiver, got [object Object]', () => from(wrong({}))],
    ['from: unknown option "nmae"; known: name, resume', () => from([1], wrong({ nmae: 'x' }))],
    ['map: fn: expected a function, got undefined', () => pipeline().map(wrong(undefined))],
    ['map: expected an options object, got 3', () => pipeline().map(same, wrong(3))],
    ['map: expected an options object, got null', () => pipeline().map(same, wrong(null))],
    [
      'map: unknown option "concurency"; known: concurrency, ordered, name, keyBy, retry, timeoutMs, deadLetter',
      () => pipeline().map(same, wrong({ concurency: 2 })),
    ],
    ['map: ordered: expected a boolean, got "no"', () => pipeline().map(same, wrong({ ordered: 'no' }))],
    ['map: name: expected a string that is not empty, got ""', () => pipeline().map(same, { name: '' })],
    ['filterMap: fn: expected a function, got null', () => pipeline().filterMap(wrong(null))],
    ['forEach: fn: expected a function, got [object Object]', () => pipeline().forEach(wrong({ signal: 1 }))],
    [
      'batch: unknown option "concurrency"; known: timeoutMs, weight, maxWeight, name',
      () => pipeline().batch(2, wrong({ concurrency: 2 })),
    ],
    [
      'run: unknown option "singal"; known: signal, clock, errors, inFlight, checkpoint, trace',
      () => pipeline().run(wrong({ singal: 1 })),
    ],
    ['run: signal: expected an AbortSignal, got [object Object]', () => pipeline().run({ signal: wrong({}) })],
    ['run: clock: expected an object with now(), got 5', () => pipeline().toArray({ clock: wrong(5) })],
    ['threads: pool: expected a thread pool, got undefined', () => pipeline().threads(wrong(undefined), wrong('a'))],
    ['threads: name: expected the name of a task, got 4', () => pipeline().threads(pool, wrong(4))],
    [
      'threads: transfer: expected a function, got [object Array]',
      () => pipeline().threads(pool, wrong('a'), wrong({ transfer: [] })),
    ],
    [
      'threads: unknown option "priority"; known: concurrency, ordered, name, keyBy, retry, timeoutMs, deadLetter, transfer',
      () => pipeline().threads(pool, wrong('a'), wrong({ priority: 1 })),
    ],
  ]
  for (const [message, call] of cases) {
    test(message, () => expect(call).toThrow(new TypeError(message)))
  }

  for (const count of [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, '2', null, 2 ** 60]) {
    const got = typeof count === 'string' ? `"${count}"` : String(count)
    test(`a count of ${got}`, () => {
      const error = (name: string, least = 1) =>
        new RangeError(`${name}: expected an integer from ${least}, got ${got}`)
      const concurrency = wrong(count)
      expect(() => pipeline().map(same, { concurrency })).toThrow(error('map: concurrency'))
      expect(() => pipeline().filterMap(same, { concurrency })).toThrow(error('filterMap: concurrency'))
      expect(() => pipeline().threads(pool, wrong('a'), { concurrency })).toThrow(error('threads: concurrency'))
      expect(() => pipeline().batch(wrong(count))).toThrow(error('batch: size'))
      if (count !== 0) expect(() => pipeline().buffer(wrong(count))).toThrow(error('buffer: count', 0))
    })
  }

  test('and does not use the source up', async () => {
    const one = pipeline()
    expect(() => one.run(wrong({ singal: 1 }))).toThrow(TypeError)
    expect(await one.toArray()).toEqual([1, 2])
  })
})

test('undefined stands for an option that is not given', async () => {
  const options = { concurrency: undefined, ordered: undefined, name: undefined }
  const items = from([1, 2], { name: undefined }).map(same, options).batch(2, { name: undefined }).buffer(0)
  expect(await items.toArray({ signal: undefined, clock: undefined })).toEqual([[1, 2]])
})
