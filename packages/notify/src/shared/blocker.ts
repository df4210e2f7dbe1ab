import { type Arena, waitSync } from '@millrace/atomics'

/** Attempts before parking, at most: some ten microseconds of them. */
const MOST_ATTEMPTS = 1024
/** A sleep that ended sooner was not worth it. */
const SHORT_SLEEP_MS = 0.02

/**
 * Blocks this thread at a line of a shared object until an attempt succeeds.
 *
 * Trying again before it sleeps pays only while the other side is about to come, and where both share a core it only keeps
 * the other from coming. So the attempts begin at none, grow when a sleep was short, and shrink when they were in vain.
 */
export class Blocker {
  readonly #arena: Arena
  readonly #line: number
  #attempts = 0

  constructor(arena: Arena, line: number) {
    this.#arena = arena
    this.#line = line
  }

  /** Whether the attempt succeeded before `timeoutMs` milliseconds were over. */
  until(attempt: () => boolean, timeoutMs: number | undefined): boolean {
    for (let i = 0; i <= this.#attempts; i++) if (attempt()) return true
    this.#attempts >>= 1
    const deadline = performance.now() + (timeoutMs ?? Number.POSITIVE_INFINITY)
    for (;;) {
      const epoch = this.#arena.kernel.parkBegin(this.#line)
      if (attempt()) return true
      const sleptAt = performance.now()
      if (sleptAt >= deadline) return false
      waitSync(this.#arena, this.#line, epoch, deadline - sleptAt)
      if (!attempt()) continue
      if (performance.now() - sleptAt < SHORT_SLEEP_MS)
        this.#attempts = Math.min(MOST_ATTEMPTS, this.#attempts * 4 + 16)
      return true
    }
  }
}
