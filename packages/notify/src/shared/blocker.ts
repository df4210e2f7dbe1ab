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
    const { napMs } = this.#spin
    if (napMs > 0) napSync(this.#arena, this.#line, Math.min(napMs, timeoutMs ?? napMs))
    while (this.#spin.pause()) {
      if (!attempt()) continue
      this.#spin.found()
      return true
    }
    return this.#sleep(attempt, timeoutMs)
  }

  #sleep(attempt: () => boolean, timeoutMs: number | undefined): boolean {
    const startedAt = performance.now()
    const deadline = startedAt + (timeoutMs ?? Number.POSITIVE_INFINITY)
    for (;;) {
      const epoch = this.#arena.kernel.parkBegin(this.#line)
      if (attempt()) return true
      const now = performance.now()
      if (now >= deadline) return false
      waitSync(this.#arena, this.#line, epoch, deadline - now)
      if (!attempt()) continue
      this.#spin.slept(performance.now() - startedAt)
      return true
    }
  }
}
