import { Waiter, WaitList } from '@millrace/notify'
import { PoolError } from './errors.ts'
import { KeyLimit } from './key-limit.ts'
import type { PoolTask } from './task.ts'
import { TaskOrder } from './task-order.ts'

/** What an admission is bounded by. */
export interface AdmissionLimits {
  readonly maxPending: number
  /** At most so many tasks with the same key run at a time. */
  readonly perKey: number
}

/**
 * What may pend and what waits for a place.
 *
 *     submit ──▶ waiting ── a place is free ──▶ pending ── lend() ──▶ lent ── started() ──▶
 *        └──────────────────────────────────────▲  ▲────── restore() ──┘          again() │
 *                                                  └──────────────────────────────────────┘
 *
 * A lent task is with a thread that has others to run first. It keeps its place: it has not started. One that runs again has
 * started once, and needs none.
 *
 * INVARIANT  pending, the lent ones included, <= maxPending
 * INVARIANT  somebody waits only while pending === maxPending, so nobody is overtaken.
 * INVARIANT  of tasks with the same key at most `perKey` are lent or run.
 */
export class Admission {
  readonly #limits: AdmissionLimits
  readonly #order = new TaskOrder()
  readonly #keys: KeyLimit
  readonly #waiting = new WaitList<Submission>()
  #pending = 0
  #again = 0
  #waitingPullers = 0
  #isPaused = false

  constructor(limits: AdmissionLimits) {
    this.#limits = limits
    this.#keys = new KeyLimit(limits.perKey)
  }

  /** Tasks accepted and not started. */
  get pending(): number {
    return this.#pending
  }

  /** Submits that wait for a place. */
  get waiting(): number {
    return this.#waiting.length
  }

  /** Those of them that were counted as submitted: in place of a puller its items are, when it comes to them. */
  get waitingCounted(): number {
    return this.#waiting.length - this.#waitingPullers
  }

  /** Tasks that could start: those that pend, and those that are to run again. */
  get unstarted(): number {
    return this.#pending + this.#again
  }

  /** Tasks that wait, pend or are to run again. */
  get length(): number {
    return this.unstarted + this.#waiting.length
  }

  /** Whether no task is lent. */
  get isPaused(): boolean {
    return this.#isPaused
  }

  set isPaused(isPaused: boolean) {
    this.#isPaused = isPaused
  }

  /** Whether a submit would be accepted now. */
  get hasRoom(): boolean {
    return this.#pending < this.#limits.maxPending
  }

  /** Why a submit was not accepted. */
  full(): PoolError {
    return new PoolError('full', `the pool is full: ${this.#limits.maxPending} tasks are pending`)
  }

  /** Accepts the task now, or gives a promise that resolves with the task once accepted. `abandoned` hears of a timeout. */
  offer(task: PoolTask, timeoutMs: number | undefined, abandoned: () => void): undefined | Promise<PoolTask> {
    if (this.hasRoom) {
      this.#accept(task)
      return undefined
    }
    const submission = new Submission(task, abandoned)
    this.#waiting.add(submission)
    if (task.call.isPuller) this.#waitingPullers++
    task.submission = submission
    if (timeoutMs !== undefined) submission.limit({ timeoutMs })
    return submission.promise
  }

  /** The task that is to start next and is not lent; those whose key is used up are passed by. */
  get first(): PoolTask | undefined {
    if (this.#isPaused) return undefined
    for (let task = this.#order.first; task !== undefined; task = this.#order.first) {
      if (this.#keys.isFree(task)) return task
      this.#order.remove(task)
      this.#keys.block(task)
    }
    return undefined
  }

  /** Hands out the first task; it keeps its place until it starts. */
  lend(): PoolTask | undefined {
    const task = this.first
    if (task === undefined) return undefined
    this.#order.remove(task)
    this.#keys.use(task)
    return task
  }

  /** A lent task has started, or has ended without: its place is free from now on. */
  started(task: PoolTask): void {
    if (task.attempt === 1) this.#left()
    else this.#again--
  }

  /** A task that was lent or has started is over, or is to run again later: its key is free from now on. */
  ended(task: PoolTask): void {
    const next = this.#keys.free(task)
    if (next !== undefined) this.#order.restore([next])
  }

  /** A task is to run again. */
  again(task: PoolTask): void {
    this.#again++
    this.#order.restore([task])
  }

  /** Lent tasks did not start, and are the next to start again. */
  restore(tasks: readonly PoolTask[]): void {
    for (const task of tasks) this.ended(task)
    this.#order.restore(tasks)
  }

  /** Takes out a task that is not lent and not to start. Its place is free from now on. */
  withdraw(task: PoolTask): void {
    this.#order.remove(task)
    this.started(task)
    this.ended(task)
  }

  /** Ends the wait of a task that is not accepted yet. */
  refuse({ submission, call }: PoolTask, reason: unknown): void {
    if (submission === undefined) return
    if (call.isPuller) this.#waitingPullers--
    submission.list?.remove(submission)
    submission.fail(reason)
  }

  /** The task that would be accepted next. */
  get firstWaiting(): PoolTask | undefined {
    return this.#waiting.first?.task
  }

  /** All tasks that pend and are not lent. */
  tasks(): PoolTask[] {
    return [...this.#order.tasks(), ...this.#keys.blocked()]
  }

  #accept(task: PoolTask): void {
    this.#pending++
    this.#order.add(task)
  }

  #left(): void {
    this.#pending--
    const submission = this.#waiting.takeFirst()
    if (submission === undefined) return
    if (submission.task.call.isPuller) this.#waitingPullers--
    this.#accept(submission.task)
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
