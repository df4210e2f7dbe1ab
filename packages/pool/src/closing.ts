import { Waiter } from '@millrace/notify'
import type { Admission } from './admission.ts'
import type { ShutdownReport } from './api.ts'
import { PoolError } from './errors.ts'
import type { Counts } from './metrics/counts.ts'
import type { PoolTask } from './task.ts'

/** The parts of a pool that its end concerns. */
export interface ClosingPool {
  readonly admission: Admission
  readonly counts: Counts
  /** Whether anything waits, pends or runs. */
  readonly isBusy: boolean
  /** Ends a task early, wherever it is. */
  cancel(task: PoolTask, reason: unknown): void
  /** Ends all tasks that were accepted. */
  cancelAll(reason: unknown): void
  /** Hears at once what has ended and this side was not free to hear of. */
  hearAll(): void
  /** Ends whatever runs the tasks. */
  stop(): Promise<void>
  /** Resolves when nothing waits, pends or runs. */
  idle(): Promise<void>
}

/**
 * The end of a pool.
 *
 *     refuse who waits ──▶ accepted tasks end ──▶ threads leave ──▶ report
 *                              ▲
 *            deadline ── cancel all
 *
 * INVARIANT  a deadline lives no longer than the tasks it is for.
 */
export class Closing {
  /** How it went; resolves when the last thread is gone. */
  readonly report: Promise<ShutdownReport>
  readonly #pool: ClosingPool
  readonly #deadlines: Waiter<void>[] = []
  #isLate = false

  constructor(pool: ClosingPool) {
    this.#pool = pool
    this.report = this.#close()
  }

  /** Cancels what has not ended after so many milliseconds. Of several deadlines the first counts. */
  setDeadline(timeoutMs: number): void {
    if (!this.#pool.isBusy) return
    const deadline = new Waiter<void>()
    this.#deadlines.push(deadline)
    deadline.promise.catch(() => this.#cancelAll())
    deadline.limit({ timeoutMs })
  }

  async #close(): Promise<ShutdownReport> {
    const { admission, counts } = this.#pool
    const before = { done: counts.done, failed: counts.failed, cancelled: counts.cancelled, killed: counts.killed }
    const error = new PoolError('closed', 'the pool was shut down before it accepted the task')
    for (let task = admission.firstWaiting; task !== undefined; task = admission.firstWaiting) {
      this.#pool.cancel(task, error)
    }
    await this.#pool.idle()
    for (const deadline of this.#deadlines.splice(0)) deadline.wake()
    await this.#pool.stop()
    const killed = counts.killed - before.killed
    return {
      onTime: !this.#isLate,
      finished: counts.done + counts.failed - before.done - before.failed,
      cancelled: counts.cancelled - before.cancelled - killed,
      killed,
    }
  }

  #cancelAll(): void {
    // What ended in time is not late because this thread was too busy to hear of it.
    this.#pool.hearAll()
    if (!this.#pool.isBusy) return
    this.#isLate = true
    this.#pool.cancelAll(new PoolError('closed', 'the pool was shut down before the task had ended'))
  }
}
