import { describe, expect, test } from 'vitest'
import { from } from '../src/index.ts'
import { quiet, rejection } from './support.ts'

/** A clock that shows these times one after the other; a function throws. */
function showing(...times: unknown[]): { now(): number } {
  let shown = 0
  return {
    now() {
      const time = times[Math.min(shown++, times.length - 1)]
      if (typeof time === 'function') throw time()
      return time as number
    },
  }
}

const broken = () => new Error('out of order')
const wrong: [what: string, times: readonly unknown[], message: RegExp][] = [
  ['throws', [0, 1, broken], /^run: clock: now\(\) threw/],
  ['goes back', [5, 7, 6], /^run: clock: expected now\(\) to give a number that never falls, got 6 after 7$/],
  ['is not a number', [0, 1, Number.NaN], /^run: clock: .* got NaN after 1$/],
  ['is infinite', [0, 1, Number.POSITIVE_INFINITY], /^run: clock: .* got Infinity after 1$/],
  ['is text', [0, 1, '2'], /^run: clock: .* got "2" after 1$/],
]

describe('a clock', () => {
  for (const [what, times, message] of wrong) {
    test(`that ${what} fails the run with a TypeError naming it`, async () => {
      for (const pipeline of [from([1, 2, 3]).map((n) => n), from([1, 2, 3]).map(async (n) => n)]) {
        const { error } = await rejection(pipeline.toArray({ clock: showing(...times) }))
        expect(error).toBeInstanceOf(TypeError)
        expect((error as Error).message).toMatch(message)
      }
    })
  }

  test('that breaks while the source is awaited fails the run too', async () => {
    const source = (async function* () {
      yield 1
    })()
    expect((await rejection(from(source).toArray({ clock: showing(0, Number.NaN) }))).error).toBeInstanceOf(TypeError)
  })

  test('that breaks while nothing moves fails the run when stats are asked for', async () => {
    let time = () => 0
    const run = from([1, 2, 3]).run({ clock: { now: () => time() } })
    await quiet()
    time = () => {
      throw broken()
    }
    expect(run.stats().elapsedMs).toBe(0)
    expect((await rejection(run.done)).error).toMatchObject({ name: 'TypeError', cause: broken() })
  })

  test('that breaks leaves the figures as they were', async () => {
    const run = from([1, 2, 3])
      .map((n) => n)
      .run({ clock: showing(10, 12, -5) })
    await run.done.catch(() => {})
    await quiet()
    expect(run.stats().elapsedMs).toBe(2)
    for (const { busyMs, blockedMs, starvedMs } of [run.stats().source, ...run.stats().stages, run.stats().output]) {
      expect(Math.min(busyMs, blockedMs, starvedMs)).toBeGreaterThanOrEqual(0)
    }
  })

  test('that never worked throws at once, and does not use the source up', async () => {
    const pipeline = from([1])
    for (const time of [broken, Number.NaN]) expect(() => pipeline.run({ clock: showing(time) })).toThrow(TypeError)
    expect(await pipeline.toArray()).toEqual([1])
  })
})
