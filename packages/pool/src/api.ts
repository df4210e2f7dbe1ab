import type { WaitOptions } from '@millrace/notify'
import type { HistogramSnapshot } from './metrics/histogram.ts'

/** How a task that fails is tried again. Whoever gives it says that running the task twice does no harm. */
export interface Retry {
  /** How often it is tried again at most. */
  readonly times: number
  /** How many milliseconds after the first failure. 0 if not given. */
  readonly delayMs?: number | undefined
  /** How many times as long after each later one. 2 if not given. */
  readonly factor?: number | undefined
  /** No longer than this. 30,000 if not given. */
  readonly maxDelayMs?: number | undefined
}

/** Settings of one task. `signal` concerns all of it, `timeoutMs` only the wait for admission. */
export interface SubmitOptions extends WaitOptions {
  /** Cancels the task: before its start it never runs; while it runs, the signal of its context aborts. */
  readonly signal?: AbortSignal | undefined
  /** The higher the sooner, among those that pend. 0 if not given. */
  readonly priority?: number | undefined
  /** Of tasks with the same key, at most the pool's `perKey` run at a time. */
  readonly key?: string | undefined
  /** Runs it again when it fails, also because its thread died. Meanwhile its state is `pending`, without a place of `maxPending`. */
  readonly retry?: Retry | undefined
  /** In place of the pool's `runTimeoutMs`, for this task. It counts from the start of the run. */
  readonly runTimeoutMs?: number | undefined
}

/**
 * Where a task is.
 *
 *     pending ──▶ running ──▶ done         its function returned
 *        │           ├──────▶ failed       it threw, or its thread died
 *        └───────────┴──────▶ cancelled    aborted, timed out, or shut down
 */
export type TaskState = 'pending' | 'running' | 'done' | 'failed' | 'cancelled'

/**
 * A task the pool has accepted. Dropping it does not cancel it.
 *
 * A failure is an unhandled rejection only if `result` or `wait` was used and the promise it gave was not handled:
 * who never asked for the outcome is not told.
 */
export interface Task<R> {
  /** Its number in this pool, in the order of submission. */
  readonly id: number
  /** What it calls: the export, or the name of the function. */
  readonly name: string
  /** Where it is now. A cancelled task stays `running` until nothing of it runs any more. */
  readonly state: TaskState
  /** What the task came to. When it settles, nothing of the task runs any more. */
  readonly result: Promise<R>
  /** Ends the task as an abort of its signal does. The reason is an `AbortError` if not given. An ended task stays as it is. */
  cancel(reason?: unknown): void
  /** Waits for the result, no longer than the options allow. Giving up the wait does not cancel the task. */
  wait(options?: WaitOptions): Promise<R>
}

/** Settings of a call with many items. Those of tasks hold for each item. */
export interface MapOptions extends Omit<SubmitOptions, 'timeoutMs'> {
  /** At most so many items at a time. As many as the pool runs if not given. */
  readonly concurrency?: number | undefined
  /** Whether results come in the order of their items; else in the order in which they are there. True if not given. */
  readonly ordered?: boolean | undefined
}

/** Settings of a stream of results. */
export interface ItemStreamOptions extends MapOptions {
  /** So many results may be there that the consumer has not taken. As many as `concurrency` if not given. */
  readonly ahead?: number | undefined
}

/** What there are many of. An async one is read no faster than its items are taken. */
export type Items<T> = Iterable<T> | AsyncIterable<T>

/** Results as they come. Leaving early cancels what runs for it, and waits for that; an item the source gives later is not used. */
export interface ResultStream<R> extends AsyncIterator<R, undefined>, AsyncIterable<R>, AsyncDisposable {}

/** Settings of a scope. */
export interface ScopeOptions {
  /** What the failure of a task does: cancels the others (if not given), or is collected until all have ended. */
  readonly onError?: 'cancel' | 'collect' | undefined
  /** Cancels what has not ended after so many milliseconds, with a `PoolError` of code `timeout`. */
  readonly timeoutMs?: number | undefined
  /** Cancels all. */
  readonly signal?: AbortSignal | undefined
}

/** How a scope stands. */
export interface ScopeMetrics {
  /** Tasks that were accepted, or wait for that. */
  readonly submitted: number
  /** Of those, how many have not ended. */
  readonly open: number
  /** Tasks that returned. */
  readonly done: number
  /** Tasks that threw or whose thread died. */
  readonly failed: number
  /** Tasks that were cancelled. */
  readonly cancelled: number
  /** `done` as a share of those that were not cancelled; 1 while there is none. */
  readonly successRate: number
}

/** Tasks that end together: none of them outlives the scope. */
export interface Scope extends AsyncDisposable {
  /** Aborts when the scope is cancelled. */
  readonly signal: AbortSignal
  /** Whether it takes no task any more. */
  readonly closed: boolean
  /** Cancels all its tasks, and those of the scopes in it, and takes no more. */
  abort(reason?: unknown): void
  /**
   * Resolves when all its tasks, and those of the scopes in it, have ended. Rejects then with the first failure, or of a scope that
   * collects with an `AggregateError` of all. Giving up the wait cancels nothing.
   */
  wait(options?: WaitOptions): Promise<void>
  /** How it stands now. */
  metrics(): ScopeMetrics
  /** Calls back with the metrics every so many milliseconds, until the answer is called or the scope has ended. */
  monitor(everyMs: number, onMetrics: (metrics: ScopeMetrics) => void): () => void
  /** Takes no more tasks and waits for those there are. Rejects with a failure that `wait` has not told. */
  [Symbol.asyncDispose](): Promise<void>
}

/** Settings of a shutdown. */
export interface ShutdownOptions {
  /** Cancels what has not ended after so many milliseconds. Waits as long as it takes if not given. */
  readonly timeoutMs?: number | undefined
}

/** How a shutdown went. Every task that had not ended when it began is in exactly one of the counts. */
export interface ShutdownReport {
  /** Whether everything ended before the deadline. */
  readonly onTime: boolean
  /** Tasks that ended by themselves, well or not. */
  readonly finished: number
  /** Tasks that were cancelled: they never started, or stopped when told. */
  readonly cancelled: number
  /** Tasks that were cancelled and did not stop, so that their thread was terminated. */
  readonly killed: number
}

/** A snapshot of a pool. What is counted is counted since the pool was made. */
export interface PoolMetrics {
  /** The most tasks that run at a time. */
  readonly size: number
  /** Threads that live now, those still starting included; of a pool without threads, as many as tasks may run. */
  readonly liveThreads: number
  /** How many of them have nothing to do. */
  readonly idleWorkers: number
  /** Submits that wait for a place. */
  readonly waiting: number
  /** Tasks accepted and not yet started. One that is to be tried again has started: until then it neither pends here nor runs. */
  readonly pending: number
  /** Tasks that run. */
  readonly running: number
  /** Tasks that were accepted. */
  readonly submitted: number
  /** Submits that were not accepted: the pool was full, or they gave up. */
  readonly rejected: number
  /** Tasks that returned. */
  readonly done: number
  /** Tasks that threw or whose thread died. */
  readonly failed: number
  /** Tasks that were accepted and cancelled. */
  readonly cancelled: number
  /** Of those cancelled: they did not stop when told, so that their thread was terminated; functions were left alone. */
  readonly killed: number
  /** Of those cancelled: they ran longer than they may. */
  readonly timedOut: number
  /** Runs that failed and were begun again. */
  readonly retried: number
  /** Threads that died unasked. */
  readonly crashes: number
  /** `running` as a share of `size`. */
  readonly utilization: number
  /** `pending` as a share of `maxPending`. */
  readonly queuePressure: number
  /** `done` as a share of those that were not cancelled; 1 while there is none. */
  readonly successRate: number
  /**
   * How long tasks waited for their start and how long runs took, in microseconds; undefined with `metrics: false`. Items of a `map` of
   * functions that share tasks are counted, and not measured.
   */
  readonly timings: { readonly waitUs: HistogramSnapshot; readonly runUs: HistogramSnapshot } | undefined
}

/** What pools of threads and of functions have in common. */
export interface Pool extends AsyncDisposable {
  /** Tasks accepted and not yet started; at most `maxPending`. */
  readonly pending: number
  /** Tasks that run now. */
  readonly running: number
  /** How the pool stands now. Costs about a microsecond. */
  metrics(): PoolMetrics
  /** Calls back with the metrics every so many milliseconds, until the answer is called. Keeps no process alive. */
  monitor(everyMs: number, onMetrics: (metrics: PoolMetrics) => void): () => void
  /** Starts no task any more. Those that run go on, and tasks are accepted. Idempotent. */
  pause(): void
  /** Starts tasks again. Idempotent. */
  resume(): void
  /** At most so many tasks run from now on; those that run above it end as they would have. */
  resize(size: number): void
  /** Resolves when nothing waits, pends or runs; at once if that is so now. */
  idle(options?: WaitOptions): Promise<void>
  /**
   * Accepts nothing more, lets what was accepted end, and stops the threads. What they printed is not lost, unless a
   * thread had to be terminated. A paused pool goes on for it.
   *
   * Submits that wait reject with code `closed`. At the deadline, pending tasks are cancelled and running ones are told to
   * stop; those that do not within `cancelGraceMs` are terminated with their thread, or if they are functions left alone.
   * A second call joins the first, and may bring the deadline forward.
   */
  shutdown(options?: ShutdownOptions): Promise<ShutdownReport>
  /** `shutdown` without a deadline. */
  [Symbol.asyncDispose](): Promise<void>
}
