import { Waiter, WaitList } from '@millrace/notify'
import { PoolError } from './errors.ts'
import type { PoolTask } from './task.ts'

/**
 * What may pend and what waits for a place.
 *
 *     submit ──▶ waiting ── a place is free ──▶ pending ── next() ──▶ started
 *        └──────────────────────────────────────▲
 *
 * INVARIANT  pending.length <= maxPending
 * INVARIANT  somebody waits only while pending.length === maxPending, so nobody is overtaken.
 */
export class Admission {
  readonly #maxPending: number
  readonly #overflow: 'wait' | 'reject'
  readonly #pending = new WaitList<PoolTask>()
  readonly #waiting = new WaitList<Submission>()

  constructor(maxPending: number, overflow: 'wait' | 'reject') {
    this.#maxPending = maxPending
    this.#overflow = overflow
  }

  get pending(): number {
    return this.#pending.length
  }

  get waiting(): number {
    return this.#waiting.length
  }

  /** Tasks that wait or pend. */
  get length(): number {
    return this.#pending.length + this.#waiting.length
  }

  /** Throws if a submit would neither be accepted nor wait. */
  checkRoom(): void {
    if (this.#overflow === 'wait' || this.#pending.length < this.#maxPending) return
    throw new PoolError('full', `the pool is full: ${this.#maxPending} tasks are pending`)
  }

  /** Accepts the task now, or gives a promise that resolves with the task once accepted. `abandoned` hears of a timeout. */
  offer(task: PoolTask, timeoutMs: number | undefined, abandoned: () => void): undefined | Promise<PoolTask> {
    if (this.#pending.length < this.#maxPending) {
      this.#pending.add(task)
      return undefined
    }
    const submission = new Submission(task, abandoned)
    this.#waiting.add(submission)
    task.submission = submission
    if (timeoutMs !== undefined) submission.limit({ timeoutMs })
    return submission.promise
  }

  /** Takes the task that has pended longest, to be started now. */
  next(): PoolTask | undefined {
    const task = this.#pending.takeFirst()
    if (task !== undefined) this.#admit()
    return task
  }

  /** Takes out a task that is not to start. Its place is free from now on. */
  withdraw(task: PoolTask): void {
    this.#pending.remove(task)
    this.#admit()
  }

  /** Ends the wait of a task that is not accepted yet. */
  refuse(submission: Waiter<PoolTask>, reason: unknown): void {
    submission.list?.remove(submission)
    submission.fail(reason)
  }

  /** The task that would start next. */
  get firstPending(): PoolTask | undefined {
    return this.#pending.first
  }

  /** The task that would be accepted next. */
  get firstWaiting(): PoolTask | undefined {
    return this.#waiting.first?.task
  }

  #admit(): void {
    const submission = this.#waiting.takeFirst()
    if (submission === undefined) return
    this.#pending.add(submission.task)
    submission.task.submission = undefined
    submission.wake(submission.task)
  }
}

/** A submit that waits for a place. */
class Submission extends Waiter<PoolTask> {
  readonly task: PoolTask
  readonly #onTimeout: () => void

  constructor(task: PoolTask, onTimeout: () => void) {
    super()
    this.task = task
    this.#onTimeout = onTimeout
  }

  protected override abandoned(): void {
    this.#onTimeout()
  }
}
