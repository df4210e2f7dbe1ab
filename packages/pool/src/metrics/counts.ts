import { PoolError } from '../errors.ts'
import type { ItemStep, Outcome, PoolTask } from '../task.ts'
import { Histogram } from './histogram.ts'

/** How many tasks came, and ended in which way. */
export class Counts {
  submitted = 0
  rejected = 0
  done = 0
  failed = 0
  cancelled = 0
  /** Of those cancelled: they did not stop, and were ended with their thread or left alone. */
  killed = 0
  /** Of those cancelled: they ran too long. */
  timedOut = 0
  /** Runs that failed and were begun again. */
  retried = 0
  /** Threads that died unasked. */
  crashes = 0
  readonly #waits: Histogram | undefined
  readonly #runs: Histogram | undefined

  /** Without timings nobody reads a clock for them. */
  constructor(isTiming: boolean) {
    this.#waits = isTiming ? new Histogram() : undefined
    this.#runs = isTiming ? new Histogram() : undefined
  }

  /** A task was accepted. */
  accepted(task: PoolTask): void {
    if (task.call.isPuller) return
    this.submitted++
    if (this.#waits !== undefined) task.measuredAt = performance.now()
  }

  /** A task was not accepted after all. */
  refused(task: PoolTask): void {
    if (task.call.isPuller) return
    this.submitted--
    this.rejected++
  }

  /** A run began; `at` is the time if somebody has just looked. */
  started(task: PoolTask, at?: number): void {
    if (this.#waits === undefined || task.call.isPuller) return
    const now = at ?? performance.now()
    if (task.attempt === 1) this.#waits.record((now - task.measuredAt) * 1_000)
    task.measuredAt = now
  }

  /** A run ended. Answers the time, if it was looked for. */
  ran(task: PoolTask): number | undefined {
    if (this.#runs === undefined || task.state !== 'running' || task.call.isPuller) return undefined
    const now = performance.now()
    this.#runs.record((now - task.measuredAt) * 1_000)
    return now
  }

  /** A task ended. */
  ended(task: PoolTask, outcome: Outcome, how?: 'killed'): void {
    if (how !== undefined) this.killed++
    // Its items were counted as they ended; but one that it was left alone with ends with it.
    if (task.call.isPuller && how === undefined) return
    if (outcome.state !== 'cancelled') {
      this.#ended(outcome.state)
      return
    }
    this.cancelled++
    const { error } = outcome
    if (error instanceof PoolError && error.code === 'timeout') this.timedOut++
  }

  /** An item came or ended that shares a task with others. */
  countItem(how: ItemStep): void {
    if (how === 'submitted') this.submitted++
    else if (how === 'cancelled') this.cancelled++
    else this.#ended(how)
  }

  /** By name, since a field whose name varies is looked up each time. */
  #ended(how: 'done' | 'failed'): void {
    if (how === 'done') this.done++
    else this.failed++
  }

  /** How long tasks waited and ran, in microseconds; undefined if that is not measured. */
  timings(): { waitUs: ReturnType<Histogram['snapshot']>; runUs: ReturnType<Histogram['snapshot']> } | undefined {
    if (this.#waits === undefined || this.#runs === undefined) return undefined
    return { waitUs: this.#waits.snapshot(), runUs: this.#runs.snapshot() }
  }
}
