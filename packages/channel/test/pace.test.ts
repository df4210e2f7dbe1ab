import { describe, expect, test } from 'vitest'
import { Pace } from '../src/shared/pace.ts'

/** Runs of so many values each; answers for each how many were shown at once. */
function runs(pace: Pace, ...sizes: readonly number[]): number[] {
  return sizes.map((size) => {
    let shown = 0
    for (let i = 0; i < size; i++) if (pace.isShownAtOnce()) shown++
    pace.endRun()
    return shown
  })
}

describe('values of a declared producer', () => {
  test('are shown at the end of their run, all together', () => {
    expect(runs(new Pace(), 100, 2, 100)).toEqual([0, 0, 0])
  })

  test('are shown at once after eight runs of one value each', () => {
    expect(runs(new Pace(), ...Array<number>(10).fill(1))).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 1, 1])
  })

  test('are not, while one run in eight is longer', () => {
    const sizes = Array.from({ length: 100 }, (_, i) => (i % 8 === 7 ? 2 : 1))
    expect(runs(new Pace(), ...sizes).every((shown) => shown === 0)).toBe(true)
  })

  test('wait for the end of their run again once a long one comes, after 63 at most', () => {
    const pace = new Pace()
    runs(pace, ...Array<number>(8).fill(1))
    expect(runs(pace, 1000, 1000)).toEqual([63, 0])
  })

  test('are shown at once for as long as none has a second behind it, but for one in 64', () => {
    const pace = new Pace()
    runs(pace, ...Array<number>(8).fill(1))
    expect(runs(pace, ...Array<number>(640).fill(1)).filter((shown) => shown === 0)).toHaveLength(10)
  })
})
