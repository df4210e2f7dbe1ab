import type { Run } from './api.ts'
import type { Lane } from './lane.ts'
import type { LaneRuns } from './lane-runs.ts'

/** How often it is looked whether the next task was taken. */
const LOOK_MS = 1_000

/**
 * Finds out that a thread does not take its next task: something that an earlier one left behind keeps it busy.
 *
 * Told when the same task was next at two looks, a second apart: a process that was stopped for a while is not taken for that.
 */
export class ClaimWatch {
  readonly #lane: Lane
  readonly #runs: LaneRuns
  readonly #onStuck: () => void
  #seen: Run | undefined
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(lane: Lane, runs: LaneRuns, onStuck: () => void) {
    this.#lane = lane
    this.#runs = runs
    this.#onStuck = onStuck
  }

  /** A task is next. Costs a timer a second at most, while there are tasks. */
  begin(): void {
    this.#timer ??= setTimeout(this.#look, LOOK_MS).unref()
  }

  /** The thread is gone. */
  stop(): void {
    clearTimeout(this.#timer)
  }

  readonly #look = (): void => {
    this.#timer = undefined
    const run = this.#runs.oldest
    if (run === undefined) return
    const waiting = this.#lane.hasStarted(run.position) ? undefined : run
    if (waiting !== undefined && waiting === this.#seen) {
      this.#onStuck()
      return
    }
    this.#seen = waiting
    this.begin()
  }
}
