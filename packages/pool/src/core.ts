import { notify, startTimer, type WaitOptions } from '@millrace/notify'
import { AbortWatch } from './abort-watch.ts'
import { Admission } from './admission.ts'
import type { PoolMetrics, ShutdownOptions, ShutdownReport, SubmitOptions } from './api.ts'
import { Closing, type ClosingPool } from './closing.ts'
import { PoolError } from './errors.ts'
import { Counts } from './metrics/counts.ts'
import { checkResize, checkShutdown, checkWait, noOptions } from './options.ts'
import {
  type Acceptor,
  type Call,
  type ItemStep,
  type OnWait,
  type Outcome,
  PoolTask,
  plainCall,
  type TaskOwner,
  type Work,
} from './task.ts'

/** What runs the tasks of a pool. */
export interface Executor {
  /** Tasks that run. */
  readonly running: number
  /** Tasks that admission knows nothing of, those that run included. */
  readonly length: number
  /** Threads that live; of a pool without threads, how many tasks may run. */
  readonly workers: number
  /** Starts what may start; `now` is the time if somebody has just looked. */
  dispatch(now?: number): void
  /** A task was submitted that may not start in this call, or is to run again. */
  prepare(task: PoolTask): void
  /** Ends a task early that is accepted. */
  cancel(task: PoolTask, reason: unknown): void
  /** Ends all tasks that were started or are about to be, in any order. */
  cancelAll(reason: unknown): void
  /** Hears at once what has ended and this side was not free to hear of. */
  hearAll(): void
  /** Hands back what has not started. */
  pause(): void
  /** At most so many tasks run from now on. */
  resize(size: number): void
  /** Ends whatever runs the tasks; none does. */
  stop(): Promise<void>
}

/** Told by an executor. */
export interface ExecutorOwner {
  readonly admission: Admission
  /** A task runs now; `now` is the time if somebody has just looked. */
  started(task: PoolTask, now?: number): void
  /** The run of a task is over; its thread was terminated for it, or it was left alone, if it was killed. Answers the time, if it was looked for. */
  ended(task: PoolTask, outcome: Outcome, how?: 'killed'): number | undefined
  /** A thread died unasked. */
  crashed(): void
}

/** What pools have in common, with every default filled in. */
export interface CoreSettings {
  readonly size: number
  readonly maxPending: number
  readonly overflow: 'wait' | 'reject'
  readonly perKey: number
  readonly runTimeoutMs: number
  readonly metrics: boolean
}

/**
 * A pool without its verbs: tasks from their acceptance to their end.
 *
 *     accept ──▶ admission ── executor ──▶ ended() ── failed, to be tried again ──▶ delayed ──▶ admission
 *                    └── cancel() ────────────▲
 *
 * INVARIANT  there is a timer that keeps the process alive exactly while a task has not ended, or somebody waits for threads;
 *            after that the threads that are told to leave do so. A pool that never had a task leaves nothing behind when it
 *            is dropped.
 */
export class PoolCore<E extends Executor = Executor> implements Acceptor, TaskOwner, ExecutorOwner, ClosingPool {
  readonly admission: Admission
  readonly counts: Counts
  readonly executor: E
  readonly #settings: CoreSettings
  readonly #watch = new AbortWatch<PoolTask>((task, reason) => this.cancel(task, reason))
  readonly #quiet = notify()
  /** Those that failed and are tried again, each with what stops its timer. */
  readonly #delayed = new Map<PoolTask, () => void>()
  #size: number
  #lastId = 0
  #holds = 0
  #keepAlive: ReturnType<typeof setInterval> | undefined
  #closing: Closing | undefined

  constructor(settings: CoreSettings, makeExecutor: (owner: ExecutorOwner) => E) {
    this.#settings = settings
    this.#size = settings.size
    this.admission = new Admission(settings)
    this.counts = new Counts(settings.metrics)
    this.plain = { ...plainCall, owner: this, runTimeoutMs: settings.runTimeoutMs }
    this.executor = makeExecutor(this)
  }

  /** The most tasks that run at a time. */
  get size(): number {
    return this.#size
  }

  /** How a task is run that says nothing of it. */
  readonly plain: Call

  get isBusy(): boolean {
    return this.executor.length + this.admission.length + this.#delayed.size > 0
  }

  /** Takes a task, now or once there is a place. Throws why it does not. */
  accept(work: Work, call: Call, options: SubmitOptions, onWait?: OnWait): PoolTask | Promise<PoolTask> {
    this.checkOpen()
    const { signal, timeoutMs } = options
    if (signal?.aborted) throw signal.reason
    if (onWait === undefined && this.#settings.overflow === 'reject' && !this.admission.hasRoom) {
      this.counts.rejected++
      throw this.admission.full()
    }
    const task = this.make(work, call)
    const submission = this.admission.offer(task, timeoutMs, () => this.#forget(task))
    if (submission === undefined) {
      this.#accepted(task)
      return task
    }
    this.executor.prepare(task)
    onWait?.(task)
    return submission
  }

  /** Takes a task if there is a place now. */
  tryAccept(work: Work, call: Call): PoolTask | 'full' | 'closed' {
    if (this.#closing !== undefined) return 'closed'
    if (call.signal?.aborted) throw call.signal.reason
    if (!this.admission.hasRoom) {
      this.counts.rejected++
      return 'full'
    }
    return this.accept(work, call, noOptions) as PoolTask
  }

  /** Makes a task that is the pool's from now on, accepted or not. */
  make(work: Work, call: Call): PoolTask {
    const task = new PoolTask(++this.#lastId, work, call)
    if (call.retry !== undefined) this.executor.prepare(task)
    call.scope?.began(task)
    if (call.signal !== undefined) this.#watch.add(call.signal, task)
    this.counts.accepted(task)
    this.#keepAlive ??= setInterval(() => {}, 2 ** 30)
    return task
  }

  countItem(how: ItemStep): void {
    this.counts.countItem(how)
  }

  /** Keeps the process alive for somebody who waits for something else than a task, until the answer is called. */
  hold(): () => void {
    this.#holds++
    this.#keepAlive ??= setInterval(() => {}, 2 ** 30)
    return () => {
      this.#holds--
      this.#rest()
    }
  }

  checkOpen(): void {
    if (this.#closing !== undefined) throw new PoolError('closed', 'the pool is shut down and accepts no task')
  }

  async idle(options?: WaitOptions): Promise<void> {
    const refused = checkWait('idle', options)
    if (refused !== undefined) return refused
    if (this.isBusy) await this.#quiet.wait(options)
  }

  async shutdown(options: ShutdownOptions = noOptions): Promise<ShutdownReport> {
    checkShutdown(options)
    this.#closing ??= new Closing(this)
    this.resume()
    if (options.timeoutMs !== undefined) this.#closing.setDeadline(options.timeoutMs)
    return this.#closing.report
  }

  pause(): void {
    this.admission.isPaused = true
    this.executor.pause()
  }

  resume(): void {
    if (!this.admission.isPaused) return
    this.admission.isPaused = false
    this.executor.dispatch()
  }

  resize(size: number): void {
    checkResize(size)
    this.#size = size
    this.executor.resize(size)
    this.executor.dispatch()
  }

  metrics(): PoolMetrics {
    const { submitted, rejected, done, failed, cancelled, killed, timedOut, retried, crashes } = this.counts
    const { pending, waiting, waitingCounted } = this.admission
    const { running, workers } = this.executor
    const ended = done + failed
    return {
      size: this.#size,
      liveThreads: workers,
      idleWorkers: Math.max(0, workers - running),
      waiting,
      pending,
      running,
      submitted: submitted - waitingCounted,
      rejected,
      done,
      failed,
      cancelled,
      killed,
      timedOut,
      retried,
      crashes,
      utilization: running / this.#size,
      queuePressure: pending / this.#settings.maxPending,
      successRate: ended === 0 ? 1 : done / ended,
      timings: this.counts.timings(),
    }
  }

  cancel(task: PoolTask, reason: unknown): void {
    const stopDelay = this.#delayed.get(task)
    if (task.submission !== undefined) {
      this.admission.refuse(task, reason)
      this.#forget(task)
    } else if (stopDelay !== undefined) {
      stopDelay()
      this.#delayed.delete(task)
      this.#end(task, { state: 'cancelled', error: reason })
    } else this.executor.cancel(task, reason)
  }

  cancelAll(reason: unknown): void {
    // Those nothing has first, so that none of them starts any more.
    for (const task of [...this.#delayed.keys(), ...this.admission.tasks()]) this.cancel(task, reason)
    this.executor.cancelAll(reason)
  }

  hearAll(): void {
    this.executor.hearAll()
  }

  stop(): Promise<void> {
    return this.executor.stop()
  }

  started(task: PoolTask, now?: number): void {
    this.counts.started(task, now)
  }

  ended(task: PoolTask, outcome: Outcome, how?: 'killed'): number | undefined {
    const now = this.counts.ran(task)
    this.admission.ended(task)
    const { retry } = task.call
    if (outcome.state !== 'failed' || retry === undefined || task.attempt > retry.times) this.#end(task, outcome, how)
    else this.#tryAgain(task, retry)
    return now
  }

  crashed(): void {
    this.counts.crashes++
  }

  #accepted(task: PoolTask): void {
    this.executor.dispatch(task.measuredAt || undefined)
    if (task.state === 'pending') this.executor.prepare(task)
  }

  #end(task: PoolTask, outcome: Outcome, how?: 'killed'): void {
    const { signal, scope, isPuller } = task.call
    if (signal !== undefined) this.#watch.remove(signal, task)
    this.counts.ended(task, outcome, how)
    task.end(outcome)
    scope?.ended(task, outcome, !isPuller || how === 'killed')
    this.#rest()
  }

  #tryAgain(task: PoolTask, retry: NonNullable<Call['retry']>): void {
    const { delayMs = 0, factor = 2, maxDelayMs = 30_000 } = retry
    const ms = Math.min(maxDelayMs, delayMs * factor ** (task.attempt - 1))
    task.attempt++
    task.state = 'pending'
    task.thread = undefined
    this.counts.retried++
    const stop = startTimer(ms, () => {
      this.#delayed.delete(task)
      this.admission.again(task)
      this.executor.dispatch()
    })
    this.#delayed.set(task, stop)
  }

  /** A task that was never accepted leaves no trace, and whoever still knows it cancels nothing. */
  #forget(task: PoolTask): void {
    const { signal, scope } = task.call
    if (signal !== undefined) this.#watch.remove(signal, task)
    task.submission = undefined
    this.counts.refused(task)
    scope?.forgotten(task)
    task.call = plainCall
    this.#rest()
  }

  #rest(): void {
    if (this.isBusy) return
    if (this.#holds === 0) {
      clearInterval(this.#keepAlive)
      this.#keepAlive = undefined
    }
    this.#quiet.notifyAll()
  }
}
