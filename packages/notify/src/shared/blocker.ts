import { type Arena, pause, waitSync } from '@millrace/atomics'

/** Spins before parking, at most. */
const MOST_SPINS = 6
/** Pauses of the shortest and the longest first spin; the next two take twice as many each: a quarter of a microsecond to four. */
const FEWEST_PAUSES = 8
const MOST_PAUSES = 128
/** Who is to block again so soon came too early. */
const SOON_MS = 0.003
/** A sleep that ended sooner was not worth it. */
const SHORT_SLEEP_MS = 0.05

/**
 * Blocks this thread at a line of a shared object until an attempt succeeds.
 *
 * Spinning before it sleeps pays only while the other side is about to come, and where both share a core it only keeps
 * the other from coming. So the spins begin at none, grow when a sleep was short, and shrink when they were in vain.
 *
 * Between two attempts it leaves the memory alone. Who looks all the time takes the cache line away from the thread that it waits
 * for, which halves what that gets done; and finds one value where it could have found a hundred. So a thread that blocks
 * again and again pauses longer, up to `patience`.
 */
export class Blocker {
  readonly #arena: Arena
  readonly #line: number
  readonly #patience: number
  #spins = 0
  #pauses = FEWEST_PAUSES
  #endedAt = 0

  /** `patience` is how many values are worth waiting for: as many pauses of 30 ns a spin begins with, from 8 to 128. */
  constructor(arena: Arena, line: number, patience = 1) {
    this.#arena = arena
    this.#line = line
    this.#patience = Math.max(FEWEST_PAUSES, Math.min(MOST_PAUSES, patience))
  }

  /** Whether the attempt succeeded before `timeoutMs` milliseconds were over. */
  until(attempt: () => boolean, timeoutMs: number | undefined): boolean {
    if (attempt()) return true
    const isSoon = performance.now() - this.#endedAt < SOON_MS
    this.#pauses = isSoon ? Math.min(this.#patience, this.#pauses * 2) : Math.max(FEWEST_PAUSES, this.#pauses >> 1)
    const isOver = this.#spin(attempt) || this.#sleep(attempt, timeoutMs)
    this.#endedAt = performance.now()
    return isOver
  }

  #spin(attempt: () => boolean): boolean {
    for (let i = 0; i < this.#spins; i++) {
      pause(this.#pauses << Math.min(i, 2))
      if (!attempt()) continue
      this.#spins = Math.min(MOST_SPINS, this.#spins + 1)
      return true
    }
    this.#spins >>= 1
    return false
  }

  #sleep(attempt: () => boolean, timeoutMs: number | undefined): boolean {
    const deadline = performance.now() + (timeoutMs ?? Number.POSITIVE_INFINITY)
    for (;;) {
      const epoch = this.#arena.kernel.parkBegin(this.#line)
      if (attempt()) return true
      const sleptAt = performance.now()
      if (sleptAt >= deadline) return false
      waitSync(this.#arena, this.#line, epoch, deadline - sleptAt)
      if (!attempt()) continue
      if (performance.now() - sleptAt < SHORT_SLEEP_MS) this.#spins = Math.min(MOST_SPINS, this.#spins + 2)
      return true
    }
  }
}
