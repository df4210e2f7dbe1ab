import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { from } from '../src/index.ts'
import { turnsDuring } from './support.ts'

/** Real time stands still, but for what `work` takes. */
let nowMs = 0
let readings = 0
const work = (us: number): void => {
  nowMs += us / 1_000
}

/** A stage whose calls take so many microseconds. */
const taking = (us: number) => (n: number) => {
  work(us)
  return n
}

beforeEach(() => {
  readings = 0
  vi.spyOn(performance, 'now').mockImplementation(() => {
    readings++
    return nowMs
  })
})

afterEach(() => {
  vi.restoreAllMocks()
})

const numbers = (count: number) => Array.from({ length: count }, (_, n) => n)

const TRUTH_MS = [4, 12, 8]

describe('the clock', () => {
  test('is read for few of many quick calls, which stand for the others', async () => {
    const { stages, bottleneck } = await from(numbers(20_000))
      .map(taking(0.2))
      .map(taking(0.6), { name: 'slowest' })
      .map(taking(0.4))
      .forEach()
    expect(readings).toBeLessThan(16_000)
    expect(bottleneck).toBe('slowest')
    const ratios = stages.map(({ busyMs }, i) => busyMs / (TRUTH_MS[i] as number))
    for (const ratio of ratios) expect(ratio).toBeCloseTo(1, 0.7)
  })

  test('finds no stage busy for longer than it was, when one call is slow among quick ones', async () => {
    for (let round = 0; round < 30; round++) {
      const before = nowMs
      const { stages } = await from(numbers(1_000))
        .map((n) => taking(n === 700 ? 50_000 : 0.1)(n))
        .forEach()
      expect(stages[0]?.busyMs).toBeLessThanOrEqual(1.01 * (nowMs - before))
    }
  })

  test('is read for each call while one slow stage is among quick ones', async () => {
    const { stages } = await from(numbers(500)).map(taking(0.1)).map(taking(1_000)).map(taking(0.1)).forEach()
    expect(stages[1]?.busyMs).toBeCloseTo(500, 6)
    expect(stages[1]?.p50Ms).toBeCloseTo(1, 1)
  })

  test('is soon read again for each call when quick ones become slow', async () => {
    const us = (n: number) => (n < 10_000 ? 0.1 : 2_000)
    const turns = await turnsDuring(() =>
      from(numbers(10_400))
        .map((n) => taking(us(n))(n))
        .forEach(),
    )
    // At most 20 of the slow calls go by before that is noticed.
    expect(turns).toBeGreaterThan(370)
  })
})
