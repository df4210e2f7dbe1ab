import type { WaitOptions } from '@millrace/notify'
import type { Moved } from './thread/context.ts'

/** A module whose exported functions are not known to the compiler. */
export type AnyTasks = Record<string, (...args: unknown[]) => unknown>

/** The exported functions of module `M`, by name. */
export type TaskNames<M> = { [K in keyof M & string]: M[K] extends (...args: never[]) => unknown ? K : never }[keyof M &
  string]

/** What task `K` of module `M` is called with. */
export type TaskArguments<M, K extends keyof M> = M[K] extends (...args: infer A) => unknown ? Readonly<A> : never

/** What task `K` of module `M` comes to: what it returns, awaited and taken out of `move`. */
export type TaskResult<M, K extends keyof M> = M[K] extends (...args: never[]) => infer R ? Unmoved<Awaited<R>> : never

/** What a stream of task `K` gives: the items of the generator, array or other iterable it returns. */
export type TaskItem<M, K extends keyof M> =
  TaskResult<M, K> extends AsyncIterable<infer I> | Iterable<infer I> ? Unmoved<I> : never

/** The exported functions of module `M` that return something to iterate over, by name. */
export type StreamNames<M> = {
  [K in TaskNames<M>]: unknown extends TaskResult<M, K>
    ? K
    : TaskResult<M, K> extends AsyncIterable<unknown> | Iterable<unknown>
      ? K
      : never
}[TaskNames<M>]

type Unmoved<R> = R extends Moved<infer T> ? T : R

/** Memory limits of a thread, as `worker_threads` takes them, in mebibytes. What is so little that V8 ends the process is refused. */
export interface ThreadLimits {
  /** The heap for objects that live long, at least 8. */
  readonly maxOldGenerationSizeMb?: number | undefined
  /** The heap for objects that are new. */
  readonly maxYoungGenerationSizeMb?: number | undefined
  /** The memory for generated code. */
  readonly codeRangeSizeMb?: number | undefined
  /** The stack, at least 0.5. */
  readonly stackSizeMb?: number | undefined
}

/** What a thread wears out by. */
export interface RecycleLimits {
  /** So many tasks. */
  readonly afterTasks?: number | undefined
  /** So much heap in use, in mebibytes, looked at when the thread has nothing to do. */
  readonly aboveHeapMb?: number | undefined
}

/** A call of an export that every thread makes before its first task. */
export interface SetupCall {
  /** The export. */
  readonly name: string
  /** Its arguments, cloned for each thread. */
  readonly args?: readonly unknown[] | undefined
}

/** Settings of a thread pool, fixed at construction. */
export interface ThreadPoolOptions {
  /** At most this many threads, and so this many tasks running. As many as the machine runs at a time if not given. */
  readonly threads?: number | undefined
  /** At most this many tasks accepted and not yet started, exactly. 1024 if not given. */
  readonly maxPending?: number | undefined
  /** What a submit does when `maxPending` tasks are pending: wait for a place (if not given), or reject with code `full`. */
  readonly overflow?: 'wait' | 'reject' | undefined
  /** Cancels a task that runs longer, with a `PoolError` of code `timeout`. Without a limit if not given. */
  readonly runTimeoutMs?: number | undefined
  /** How long a cancelled task may take to stop by itself before its thread is terminated. 100 if not given; 0 terminates at once. */
  readonly cancelGraceMs?: number | undefined
  /** Memory limits of each thread. A thread beyond them dies; the process does not. */
  readonly resourceLimits?: ThreadLimits | undefined
  /** An export that every thread calls before its first task. What it throws is a module that does not load. */
  readonly setup?: SetupCall | undefined
  /** When a thread is replaced by a fresh one, which it is between two tasks. Never if not given. */
  readonly recycle?: RecycleLimits | undefined
  /**
   * How many microseconds a thread without a task looks for the next one before it sleeps, and the calling thread for its
   * answer: round trips become a tenth as long, and as many processors are busy meanwhile. 0 if not given.
   */
  readonly spinUs?: number | undefined
  /**
   * Runs tasks in the calling thread, one after the other unless `threads` says more: for tests, and where there is one
   * processor. Arguments and results are cloned all the same. Nothing is terminated: a cancelled task is told and waited for.
   */
  readonly inThread?: boolean | undefined
  /** Name of the threads, as debuggers and profilers show it. */
  readonly name?: string | undefined
}

/** Settings of one task. `signal` concerns all of it, `timeoutMs` only the wait for admission. */
export interface SubmitOptions extends WaitOptions {
  /** Cancels the task: before its start it never runs; while it runs, `task().signal` aborts in its thread. */
  readonly signal?: AbortSignal | undefined
  /** In place of the pool's `runTimeoutMs`, for this task. It counts from the start of the run. */
  readonly runTimeoutMs?: number | undefined
  /** What the arguments hold that is moved to the thread and not copied. */
  readonly transfer?: readonly object[] | undefined
}

/** Settings of a stream. */
export interface StreamOptions extends SubmitOptions {
  /** So many items may be made that the consumer has not taken. 16 if not given. */
  readonly ahead?: number | undefined
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
  /** The export it calls. */
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

/** A snapshot of a pool. */
export interface ThreadPoolMetrics {
  /** Threads that live now, those still starting included. */
  readonly liveThreads: number
  /** Submits that wait for a place. */
  readonly waiting: number
  /** Tasks accepted and not yet started. */
  readonly pending: number
  /** Tasks on a thread. */
  readonly running: number
  /** Tasks that returned, since the pool was made. */
  readonly done: number
  /** Tasks that threw or whose thread died, since the pool was made. */
  readonly failed: number
  /** Tasks that were accepted and cancelled, since the pool was made. */
  readonly cancelled: number
  /** Threads that died unasked, since the pool was made. */
  readonly crashes: number
}

/**
 * Runs the exported functions of module `M` on worker threads, each thread one task at a time.
 *
 * Tasks are given to threads in the order they were accepted; submits that wait are accepted in the order they began. A thread is
 * given tasks ahead as long as all it has were measured short; those behind one that takes longer after all are taken back and run elsewhere.
 * Threads start with the first tasks and stay. The process stays alive while something is accepted or waits, and an idle pool lets it exit.
 * A thread that dies takes its own task with it and no other, and is replaced.
 */
export interface ThreadPool<M = AnyTasks> extends AsyncDisposable {
  /** The most threads, and so the most tasks running at a time. */
  readonly threads: number
  /** Never set: tells the compiler what each task takes and gives, for whoever is handed the pool. */
  readonly tasks?: { readonly [K in TaskNames<M>]: (...args: TaskArguments<M, K>) => TaskResult<M, K> } | undefined
  /** Tasks accepted and not yet started; at most `maxPending`. */
  readonly pending: number
  /** Tasks on a thread now; at most `threads`. */
  readonly running: number
  /**
   * Hands in a call of the export `name` and resolves with the task when it is accepted, so awaiting it is backpressure.
   *
   * Arguments are cloned when the task is given to a thread, at its start or shortly before: do not change them until it has ended. Buffers stay Buffers if they are an argument or
   * directly inside one, and take only their own bytes along.
   *
   * Rejects, and nothing runs, with `TypeError` or `RangeError` for a wrong call, `signal.reason`, `TimeoutError` after
   * `timeoutMs`, or `PoolError` with code `full` or `closed`.
   */
  submit<K extends TaskNames<M>>(
    name: K,
    args: TaskArguments<M, K>,
    options?: SubmitOptions,
  ): Promise<Task<TaskResult<M, K>>>
  /** `submit` and the result in one. */
  run<K extends TaskNames<M>>(name: K, args: TaskArguments<M, K>, options?: SubmitOptions): Promise<TaskResult<M, K>>
  /**
   * The items of a generator export, or of whatever else it returns that can be iterated over, as the thread makes them.
   *
   * The first `next` submits the task, which has its thread until it ends. It makes at most `ahead` items that were not
   * taken, then waits. Leaving the loop tells the generator to return, so that its `finally` runs; one that has not ended
   * within `cancelGraceMs` is cancelled. What the generator throws, and what a submit rejects with, comes after the items
   * made before. Throws for wrong arguments.
   */
  stream<K extends StreamNames<M>>(
    name: K,
    args: TaskArguments<M, K>,
    options?: StreamOptions,
  ): AsyncIterator<TaskItem<M, K>, undefined> & AsyncIterable<TaskItem<M, K>> & AsyncDisposable
  /**
   * Runs an export once on every thread, starting those that are not, and resolves with all results. Each waits for what
   * its thread was lent before, and takes no place of `maxPending`. A thread that is started later does not make up for
   * it: `setup` does that. Rejects with the first failure.
   */
  runOnAll<K extends TaskNames<M>>(
    name: K,
    args: TaskArguments<M, K>,
    options?: SubmitOptions,
  ): Promise<TaskResult<M, K>[]>
  /** Starts all threads, and resolves when each has loaded the module and is set up. Rejects with code `load-failed`. */
  ready(options?: WaitOptions): Promise<void>
  /** Resolves when nothing waits, pends or runs; at once if that is so now. */
  idle(options?: WaitOptions): Promise<void>
  /**
   * Accepts nothing more, lets what was accepted end, and stops the threads. What they printed is not lost, unless a
   * thread had to be terminated.
   *
   * Submits that wait reject with code `closed`. At the deadline, pending tasks are cancelled and running ones are told to
   * stop; those that do not within `cancelGraceMs` are terminated. A second call joins the first, and may bring the deadline forward.
   */
  shutdown(options?: ShutdownOptions): Promise<ShutdownReport>
  /** How the pool stands now. */
  metrics(): ThreadPoolMetrics
  /** `shutdown` without a deadline. */
  [Symbol.asyncDispose](): Promise<void>
}
