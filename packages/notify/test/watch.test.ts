import { bareObject, defaultArena, PARKED_RECEIVERS, words } from '@millrace/atomics'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { until } from '../../../tooling/testing/waiting.ts'
import { Watch } from '../src/shared/watch.ts'

/** Looks of a usual wait that ends in a sleep, at most: the first, 64 rounds, that of the parking, and that of the wake. */
const USUAL_LOOKS = 67

let now = 0

beforeEach(() => {
  now = 0
  vi.spyOn(performance, 'now').mockImplementation(() => now)
})
afterEach(() => vi.restoreAllMocks())

/** Waits at a line of its own. */
class Line {
  readonly #arena = defaultArena()
  readonly #line = bareObject(this.#arena) + PARKED_RECEIVERS
  readonly #watch = new Watch(this.#arena, this.#line, () => this.#look())
  #looks = 0
  #looksInVain = 0
  #isOver = true

  /** A wait for what comes after so many looks, or once the watch sleeps, after so long; answers how often it looked. */
  async wait(looksInVain: number, sleepMs: number): Promise<number> {
    this.#looks = 0
    this.#looksInVain = looksInVain
    this.#isOver = false
    this.#watch.start()
    await until(() => this.#isOver || words.load(this.#arena, this.#line) === 1)
    now += sleepMs
    this.#looksInVain = 0
    this.#arena.kernel.wake(this.#line)
    await until(() => this.#isOver)
    return this.#looks
  }

  /** How many of so many such waits looked for longer than is usual. */
  async tries(waits: number, looksInVain: number, sleepMs: number): Promise<number> {
    let count = 0
    for (let i = 0; i < waits; i++) if ((await this.wait(looksInVain, sleepMs)) > USUAL_LOOKS) count++
    return count
  }

  #look(): boolean {
    this.#isOver = ++this.#looks > this.#looksInVain
    return !this.#isOver
  }
}

describe('a watch', () => {
  test('looks longer than is usual more and more seldom, if after that it would have to each time', async () => {
    // After so many sleeps: 1, 2, 4, 8, 16, 32 and 64.
    expect(await new Line().tries(100, 100, 0.1)).toBe(7)
  })

  test('never does for what comes after a millisecond', async () => {
    expect(await new Line().tries(20, 100, 1)).toBe(0)
  })

  test('does so again after the next sleep, if what it waited for then came soon', async () => {
    const line = new Line()
    await line.tries(15, 1_000, 0.1)
    while ((await line.wait(100, 0.1)) <= USUAL_LOOKS) {}
    expect(await line.wait(50, 0.1)).toBe(51)
    expect(await line.wait(1_000, 0.1)).toBe(USUAL_LOOKS)
    expect(await line.wait(100, 0.1)).toBe(101)
  })
})
