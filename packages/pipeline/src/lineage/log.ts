import type { RunRecorder } from '../api.ts'
import type { Stopwatch } from '../stopwatch.ts'

/** Tells a recorder what happens, and when: at the last tick. A run that is recorded ticks at each event. */
export class Log {
  readonly #recorder: RunRecorder
  readonly #stopwatch: Stopwatch

  constructor(recorder: RunRecorder, stopwatch: Stopwatch) {
    this.#recorder = recorder
    this.#stopwatch = stopwatch
  }

  /** Milliseconds since the run began. */
  get nowMs(): number {
    return this.#stopwatch.elapsedMs
  }

  /** The source gave the item, just now. */
  came(item: number, askedMs: number): void {
    this.#stopwatch.tick()
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
