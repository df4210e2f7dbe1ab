import { describe, expect, test } from 'vitest'
import { quantile, summarize } from '../src/statistics.ts'

describe('quantile', () => {
  test('is the value in the middle for a half of an odd number', () => {
    expect(quantile([1, 2, 10], 0.5)).toBe(2)
  })

  test('lies between two neighbours where no value is', () => {
    expect(quantile([1, 2, 3, 10], 0.5)).toBe(2.5)
    expect(quantile([0, 100], 0.99)).toBe(99)
  })

  test('reaches from the smallest to the largest', () => {
    expect(quantile([3, 5, 9], 0)).toBe(3)
    expect(quantile([3, 5, 9], 1)).toBe(9)
  })

  test('is the value itself if there is only one', () => {
    expect(quantile([7], 0.99)).toBe(7)
  })

  test('refuses no values and a share that is none', () => {
    expect(() => quantile([], 0.5)).toThrow(RangeError)
    expect(() => quantile([1], 1.5)).toThrow('share: expected 0 to 1, got 1.5')
    expect(() => quantile([1], Number.NaN)).toThrow(RangeError)
  })
})

describe('summarize', () => {
  test('does not depend on the order of the values, and leaves it', () => {
    const values = [10, 9, 100, 8, 11]
    expect(summarize(values)).toEqual({ count: 5, median: 10, min: 8, max: 100, spread: 0.2 })
    expect(values).toEqual([10, 9, 100, 8, 11])
  })

  test('sorts by number, not by text', () => {
    expect(summarize([9, 10, 100]).median).toBe(10)
  })

  test('has no spread for one value, and none for zeros', () => {
    expect(summarize([5]).spread).toBe(0)
    expect(summarize([0, 0, 0]).spread).toBe(0)
  })
})
