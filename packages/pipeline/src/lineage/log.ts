import type { PipelineStats, RunRecorder } from '../api.ts'
import type { Stopwatch } from '../stopwatch.ts'

/**
 * Tells a recorder what happens, and when: at the last tick. A run that is recorded ticks at each event.
 *
 * INVARIANT  a recorder that throws is told of, and not called again.
 */
export class Log {
  readonly #stopwatch: Stopwatch
  readonly #onBroken: (error: unknown) => void
  #recorder: RunRecorder | undefined

  constructor(recorder: RunRecorder, stopwatch: Stopwatch, onBroken: (error: unknown) => void) {
    this.#recorder = recorder
    this.#stopwatch = stopwatch
    this.#onBroken = onBroken
  }

  /** Milliseconds since the run began. */
  get nowMs(): number {
    return this.#stopwatch.elapsedMs
  }

  /** The source gave the item, just now. */
  came(item: number, askedMs: number): void {
    this.#stopwatch.tick()
    this.#tell((recorder) => recorder.came(item, askedMs, this.nowMs))
  }

  began(stage: number, item: number): number {
    return this.#tell((recorder) => recorder.began(stage, item, this.nowMs)) ?? -1
  }

  ended(call: number, isSync: boolean): void {
    this.#tell((recorder) => recorder.ended(call, this.nowMs, isSync))
  }

  leaves(item: number): void {
    this.#tell((recorder) => recorder.leaves(item, this.nowMs))
  }

  end(stats: PipelineStats): void {
    this.#tell((recorder) => recorder.end(stats))
  }

  #tell<R>(tell: (recorder: RunRecorder) => R): R | undefined {
    if (this.#recorder === undefined) return undefined
    try {
      return tell(this.#recorder)
    } catch (error) {
      this.#recorder = undefined
      this.#onBroken(error)
      return undefined
    }
  }
}
