import { type Arena, pause, waitSync } from '@millrace/atomics'

/** Spins before parking, at most. */
const MOST_SPINS = 8
/** Pauses of the first spin; the next three take twice as many each: from a quarter of a microsecond to two. */
const FIRST_PAUSES = 8
/** A sleep that ended sooner was not worth it. */
const SHORT_SLEEP_MS = 0.05

/**
 * Blocks this thread at a line of a shared object until an attempt succeeds.
 *
 * Spinning before it sleeps pays only while the other side is about to come, and where both share a core it only keeps
 * the other from coming. So the spins begin at none, grow when a sleep was short, and shrink when they were in vain.
 * Between two attempts it leaves the memory alone: who looks all the time takes the line away from the thread that it
 * waits for, and finds one value where it could have found thirty.
 */
export class Blocker {
  readonly #arena: Arena
  readonly #line: number
  #spins = 0

  constructor(arena: Arena, line: number) {
    this.#arena = arena
    this.#line = line
  }

  /** Whether the attempt succeeded before `timeoutMs` milliseconds were over. */
  until(attempt: () => boolean, timeoutMs: number | undefined): boolean {
    if (attempt() || this.#spin(attempt)) return true
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

  #spin(attempt: () => boolean): boolean {
    for (let i = 0; i < this.#spins; i++) {
      pause(FIRST_PAUSES << Math.min(i, 3))
      if (attempt()) return true
    }
    this.#spins >>= 1
    return false
  }
}
