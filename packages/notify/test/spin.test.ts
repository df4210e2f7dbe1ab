import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { Spin } from '../src/shared/spin.ts'

const SHORT_MS = 0.02
let now = 0

beforeEach(() => {
  now = 0
  vi.spyOn(performance, 'now').mockImplementation(() => now)
})
afterEach(() => vi.restoreAllMocks())

/** A wait that only a sleep ended; answers whether it spun before. */
function inVain(spin: Spin, sleepMs: number): boolean {
  spin.begin()
  if (spin.nap() > 0) spin.begin()
  const spun = spin.pause()
  spin.slept(sleepMs)
  return spun
}

/** A wait that a look ended after one pause. */
function inTime(spin: Spin): void {
  spin.begin()
  if (spin.nap() > 0) spin.begin()
  expect(spin.pause()).toBe(true)
  spin.found()
}

describe('spin', () => {
  test('begins without', () => {
    expect(inVain(new Spin(1), SHORT_MS)).toBe(false)
  })

  test('is tried after a short sleep, and not after a long one', () => {
    const spin = new Spin(1)
    inVain(spin, 5)
    expect(inVain(spin, SHORT_MS)).toBe(false)
    expect(inVain(spin, SHORT_MS)).toBe(true)
  })

  test('is tried the more seldom the more often that was in vain', () => {
    const spin = new Spin(1)
    const tries = Array.from({ length: 1000 }, () => inVain(spin, SHORT_MS)).filter(Boolean)
    expect(tries.length).toBeGreaterThan(5)
    expect(tries.length).toBeLessThan(15)
  })

  test('goes on while no more are in vain than find something', () => {
    const spin = new Spin(1)
    inVain(spin, SHORT_MS)
    for (let i = 0; i < 8; i++) inTime(spin)
    for (let i = 0; i < 100; i++) {
      expect(inVain(spin, 5)).toBe(true)
      inTime(spin)
    }
  })

  test('ends after so many in vain', () => {
    const spin = new Spin(1)
    inVain(spin, SHORT_MS)
    for (let i = 0; i < 20; i++) inTime(spin)
    for (let i = 0; i < 8; i++) expect(inVain(spin, 5)).toBe(true)
    expect(inVain(spin, 5)).toBe(false)
  })

  test('is no longer than a sleep would cost', () => {
    const spin = new Spin(1)
    inVain(spin, SHORT_MS)
    spin.begin()
    now += 0.06
    expect(spin.pause()).toBe(false)
  })

  test('naps once for a try, however the wait ended', () => {
    const spin = new Spin(1)
    inVain(spin, SHORT_MS)
    spin.begin()
    expect(spin.nap()).toBeGreaterThan(0)
    spin.found()
    spin.begin()
    expect(spin.nap()).toBe(0)
    expect(spin.pause()).toBe(true)
  })
})
