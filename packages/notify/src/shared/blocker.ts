import { type Arena, napSync, waitSync } from '@millrace/atomics'
import { Spin } from './spin.ts'

/** Blocks this thread at a line of a shared object until an attempt succeeds. */
export class Blocker {
  readonly #arena: Arena
  readonly #line: number
  readonly #spin: Spin

  /** `patience` is how many values are worth waiting for, as `Spin` takes it. */
  constructor(arena: Arena, line: number, patience = 1) {
    this.#arena = arena
    this.#line = line
    this.#spin = new Spin(patience)
  }

  /** Whether the attempt succeeded before `timeoutMs` milliseconds were over. */
  until(attempt: () => boolean, timeoutMs: number | undefined): boolean {
    if (attempt()) return true
    this.#spin.begin()
    return this.#napped(attempt, timeoutMs) || this.#spun(attempt) || this.#sleep(attempt, timeoutMs)
  }

  #napped(attempt: () => boolean, timeoutMs: number | undefined): boolean {
    const ms = this.#spin.nap()
    if (ms === 0) return false
    napSync(this.#arena, this.#line, Math.min(ms, timeoutMs ?? ms))
    this.#spin.begin()
    return this.#attempted(attempt)
  }

  #spun(attempt: () => boolean): boolean {
    while (this.#spin.pause()) if (this.#attempted(attempt)) return true
    return false
  }

  #attempted(attempt: () => boolean): boolean {
    if (!attempt()) return false
    this.#spin.found()
    return true
  }

  #sleep(attempt: () => boolean, timeoutMs: number | undefined): boolean {
    const startedAt = performance.now()
    const deadline = startedAt + (timeoutMs ?? Number.POSITIVE_INFINITY)
    for (;;) {
      const epoch = this.#arena.kernel.parkBegin(this.#line)
      if (this.#attempted(attempt)) return true
      const now = performance.now()
      const isLate = now >= deadline
      if (!isLate) waitSync(this.#arena, this.#line, epoch, deadline - now)
      if (!isLate && !attempt()) continue
      this.#spin.slept(performance.now() - startedAt)
      return !isLate
    }
  }
}
