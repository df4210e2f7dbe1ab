import { Waiter, WaitList } from '@millrace/notify'
import { PoolError } from './errors.ts'
import type { PoolTask } from './task.ts'

/**
 * What may pend and what waits for a place.
 *
 *     submit ──▶ waiting ── a place is free ──▶ pending ── lend() ──▶ lent ── started() ──▶
 *        └──────────────────────────────────────▲  ▲────── restore() ──┘
 *
 * A lent task is with a thread that has others to run first. It keeps its place: it has not started.
 *
 * INVARIANT  pending, the lent ones included, <= maxPending
 * INVARIANT  somebody waits only while pending === maxPending, so nobody is overtaken.
 */
export class Admission {
  readonly #maxPending: number
  readonly #overflow: 'wait' | 'reject'
  readonly #pending = new WaitList<PoolTask>()
  /** Those that came back, older than all of `#pending`. */
  readonly #restored = new WaitList<PoolTask>()
  readonly #waiting = new WaitList<Submission>()
  #lent = 0

  constructor(maxPending: number, overflow: 'wait' | 'reject') {
    this.#maxPending = maxPending
    this.#overflow = overflow
  }

  /** Tasks accepted and not started. */
  get pending(): number {
    return this.#pending.length + this.#restored.length + this.#lent
  }

  get waiting(): number {
    return this.#waiting.length
  }

  /** Tasks that wait or pend. */
  get length(): number {
    return this.pending + this.#waiting.length
  }

  /** Throws if a submit would neither be accepted nor wait. */
  checkRoom(): void {
    if (this.#overflow === 'wait' || this.pending < this.#maxPending) return
    throw new PoolError('full', `the pool is full: ${this.#maxPending} tasks are pending`)
  }

  /** Accepts the task now, or gives a promise that resolves with the task once accepted. `abandoned` hears of a timeout. */
  offer(task: PoolTask, timeoutMs: number | undefined, abandoned: () => void): undefined | Promise<PoolTask> {
    if (this.pending < this.#maxPending) {
      this.#pending.add(task)
      return undefined
    }
    const submission = new Submission(task, abandoned)
    this.#waiting.add(submission)
    task.submission = submission
    if (timeoutMs !== undefined) submission.limit({ timeoutMs })
    return submission.promise
  }

  /** The task that is to start next and is not lent. */
  get first(): PoolTask | undefined {
    return this.#restored.first ?? this.#pending.first
  }

  /** Hands out the first task; it keeps its place until it starts. */
  lend(): PoolTask | undefined {
    const task = this.#restored.takeFirst() ?? this.#pending.takeFirst()
    if (task !== undefined) this.#lent++
    return task
  }

  /** A lent task has started, or has ended without: its place is free from now on. */
  started(): void {
    this.#lent--
    this.#admit()
  }

  /** Lent tasks did not start, and are the next to start again. */
  restore(tasks: readonly PoolTask[]): void {
    this.#lent -= tasks.length
    const all = [...tasks]
    for (let task = this.#restored.takeFirst(); task !== undefined; task = this.#restored.takeFirst()) all.push(task)
    for (const task of all.sort((a, b) => a.id - b.id)) this.#restored.add(task)
  }

  /** Takes out a task that is not lent and not to start. Its place is free from now on. */
  withdraw(task: PoolTask): void {
    task.list?.remove(task)
    this.#admit()
  }

  /** Ends the wait of a task that is not accepted yet. */
  refuse(submission: Waiter<PoolTask>, reason: unknown): void {
    submission.list?.remove(submission)
    submission.fail(reason)
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
