import type { RunRecorder } from '../api.ts'
import type { Stopwatch } from '../stopwatch.ts'

/** Tells a recorder what happens, and when: each time the clock is read. */
export class Log {
  readonly #recorder: RunRecorder
  readonly #stopwatch: Stopwatch

  constructor(recorder: RunRecorder, stopwatch: Stopwatch) {
    this.#recorder = recorder
    this.#stopwatch = stopwatch
  }

  /** Milliseconds since the run began. */
  get nowMs(): number {
    this.#stopwatch.tick()
    return this.#stopwatch.elapsedMs
  }

  came(item: number, askedMs: number): void {
    this.#recorder.came(item, askedMs, this.nowMs)
  }

  began(stage: number, item: number): number {
    return this.#recorder.began(stage, item, this.nowMs)
  }

  ended(call: number, isSync: boolean): void {
    this.#recorder.ended(call, this.nowMs, isSync)
  }

  leaves(item: number): void {
    this.#recorder.leaves(item, this.nowMs)
  }
}
