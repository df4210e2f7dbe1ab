import { pause } from '@millrace/atomics'

/** As long as a sleep and its wake take, about: who spins longer than that had better slept. */
const MOST_SPIN_MS = 0.05
/** So many spins in vain more than others end the spinning. */
const MOST_TRUST = 8
/** A sleep that ended sooner may be spared by spinning. */
const SHORT_SLEEP_MS = 1
/** How long a thread goes away to have the next wait tried on another core. */
const NAP_MS = 0.05
/** Pauses of 30 ns between the first two looks and between later ones, which each take twice as many as the one before. */
const FEWEST_PAUSES = 4
const MOST_PAUSES = 128
/** Who is to wait again so soon came too early. */
const SOON_MS = 0.003
/** After so many short sleeps at most it is tried again whether spinning spares them. */
const MOST_SLEEPS = 4096

/**
 * How long a thread looks again and again before it sleeps.
 *
 *     begin ──▶ pause ── true ──▶ look ── in vain ──▶ pause …            found
 *                 └───── false ─▶ sleep ─────────────────────────────▶ slept
 *
 * Spinning pays only while the other side is about to come, and where both share a core it only keeps the other from coming. So a
 * thread begins without. One wait after a short sleep tries it, and the more often that was in vain, the more seldom; as long as
 * no more spins are in vain than find something, it goes on. None is longer than a sleep would cost, so at worst it costs twice
 * as much (A. Karlin et al., Empirical studies of competitive spinning).
 *
 * Between two looks it leaves the memory alone. Who looks all the time takes the cache line away from the thread that it waits
 * for, which halves what that gets done; and finds one value where it could have found a hundred. So a thread that waits
 * again and again pauses longer, up to `patience`.
 */
export class Spin {
  readonly #patience: number
  #trust = 0
  #isTry = false
  #sleepsUntilTry = 1
  #sleepsBetween = 1
  #hasPaused = false
  #first = FEWEST_PAUSES
  #pauses = FEWEST_PAUSES
  #beganAt = 0
  #endedAt = 0

  /** `patience` is how many values are worth waiting for: as many pauses a spin begins with, from 4 to 128. */
  constructor(patience: number) {
    this.#patience = Math.max(FEWEST_PAUSES, Math.min(MOST_PAUSES, patience))
  }

  /** A wait begins: it was looked in vain. */
  begin(): void {
    this.#beganAt = performance.now()
    const isSoon = this.#beganAt - this.#endedAt < SOON_MS
    this.#first = isSoon ? Math.min(this.#patience, this.#first * 2) : Math.max(FEWEST_PAUSES, this.#first >> 1)
    this.#pauses = this.#first
    this.#hasPaused = false
  }

  /**
   * For how many milliseconds to sleep first, out of reach of any wake; 0 if not at all. Only a thread that tries does so, once; the wait begins
   * anew behind it. Two threads that wake each other in turn are kept on one core, where spinning is in vain, and each wake is good for one
   * value. Who wakes by himself finds many, and another core.
   */
  nap(): number {
    const ms = this.#isTry ? NAP_MS : 0
    this.#isTry = false
    return ms
  }

  /** Pauses until it is worth looking again; false, without a pause, if it is time to sleep. */
  pause(): boolean {
    if (this.#trust === 0 || performance.now() - this.#beganAt > MOST_SPIN_MS) return false
    this.#hasPaused = true
    pause(this.#pauses)
    this.#pauses = Math.min(MOST_PAUSES, this.#pauses * 2)
    return true
  }

  /** The wait ended with a look, after pauses or none. */
  found(): void {
    this.#endedAt = performance.now()
    if (!this.#hasPaused) return
    this.#sleepsBetween = 1
    this.#trust = Math.min(MOST_TRUST, this.#trust + 1)
  }

  /** The wait ended with a sleep of so long, or gave up after it, after pauses or none. */
  slept(ms: number): void {
    this.#endedAt = performance.now()
    if (this.#trust > 0 && --this.#trust === 0) this.#sleepsBetween = Math.min(MOST_SLEEPS, this.#sleepsBetween * 2)
    if (this.#trust > 0 || ms > SHORT_SLEEP_MS || --this.#sleepsUntilTry > 0) return
    this.#sleepsUntilTry = this.#sleepsBetween
    this.#trust = 1
    this.#isTry = true
  }
}
