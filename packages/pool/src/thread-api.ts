import type { WaitOptions } from '@millrace/notify'
import type {
  ItemStreamOptions,
  Items,
  MapOptions,
  Pool,
  ResultStream,
  Scope,
  ScopeOptions,
  SubmitOptions,
  Task,
} from './api.ts'
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
  /** At most so many tasks with the same `key` run at a time. No limit if not given. */
  readonly perKey?: number | undefined
  /** Whether the time that tasks wait and run is measured, at about 100 ns a task. True if not given. */
  readonly metrics?: boolean | undefined
  /** Memory limits of each thread. A thread beyond them dies; the process does not. */
  readonly resourceLimits?: ThreadLimits | undefined
  /** An export that every thread calls before its first task. What it throws is a module that does not load. */
  readonly setup?: SetupCall | undefined
  /**
   * How long a thread may take to load the module and to set up, in milliseconds, before callers get a `PoolError` of code
   * `load-failed`. 60,000 if not given; `Infinity` waits for ever.
   */
  readonly loadTimeoutMs?: number | undefined
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

/** Settings of a stream. It is not run again, so it takes no `retry`. */
export interface StreamOptions extends ThreadSubmitOptions {
  /** So many items may be made that the consumer has not taken. 16 if not given. */
  readonly ahead?: number | undefined
}

/** Settings of one task on a thread. */
export interface ThreadSubmitOptions extends SubmitOptions {
  /** What the arguments hold that is moved to the thread and not copied. Such a task is not tried again. */
  readonly transfer?: readonly object[] | undefined
}

/** What task `K` of module `M` is called with if it takes one argument. */
export type TaskInput<M, K extends keyof M> = TaskArguments<M, K> extends readonly [] ? never : TaskArguments<M, K>[0]

/** What can be asked of a pool of threads, and of a scope of it. */
export interface ThreadVerbs<M = AnyTasks> {
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
    options?: ThreadSubmitOptions,
  ): Promise<Task<TaskResult<M, K>>>
  /** Hands in a call if there is a place now. Throws for a wrong call. */
  trySubmit<K extends TaskNames<M>>(
    name: K,
    args: TaskArguments<M, K>,
    options?: Omit<ThreadSubmitOptions, 'timeoutMs'>,
  ): Task<TaskResult<M, K>> | 'full' | 'closed'
  /** `submit` and the result in one. */
  run<K extends TaskNames<M>>(
    name: K,
    args: TaskArguments<M, K>,
    options?: ThreadSubmitOptions,
  ): Promise<TaskResult<M, K>>
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
  ): ResultStream<TaskItem<M, K>>
  /** The results of `name`, called with one item after the other, as they come. Reads no more items than it may have results. */
  stream<K extends TaskNames<M>>(
    items: Items<TaskInput<M, K>>,
    name: K,
    options?: ItemStreamOptions,
  ): ResultStream<TaskResult<M, K>>
  /**
   * Calls `name` with each item, and resolves with the results. The first failure ends it: what runs for it is cancelled, and when
   * that has ended the promise rejects.
   */
  map<K extends TaskNames<M>>(items: Items<TaskInput<M, K>>, name: K, options?: MapOptions): Promise<TaskResult<M, K>[]>
  /** `map` without results. */
  forEach<K extends TaskNames<M>>(items: Items<TaskInput<M, K>>, name: K, options?: MapOptions): Promise<void>
  /** Calls `name` with `size` items at a time, the last time with what is left; it returns a result for each. Else as `map`. */
  batch<K extends TaskNames<M>>(
    items: Items<TaskInput<M, K> extends readonly (infer T)[] ? T : never>,
    size: number,
    name: K,
    options?: MapOptions,
  ): Promise<(TaskResult<M, K> extends readonly (infer R)[] ? R : never)[]>
  /** How tasks ended, in their order, or with `ordered: false` in the order in which they do. Never rejects for them. */
  join<R>(
    tasks: Iterable<Task<R>>,
    options?: { readonly ordered?: boolean | undefined },
  ): Promise<PromiseSettledResult<R>[]>
  /** Cancels each. */
  cancel(tasks: Iterable<Task<unknown>>, reason?: unknown): void
  /** A scope, inside of this one if it is asked of a scope. */
  scope(options?: ScopeOptions): ThreadScope<M>
  /** Calls with a scope, and resolves with what that returns when all tasks of the scope have ended. If it throws, they are cancelled. */
  scoped<R>(body: (scope: ThreadScope<M>) => R | Promise<R>, options?: ScopeOptions): Promise<R>
}

/** Tasks on threads that end together. */
export interface ThreadScope<M = AnyTasks> extends Scope, ThreadVerbs<M> {}

/**
 * Runs the exported functions of module `M` on worker threads, each thread one task at a time.
 *
 * Tasks are given to threads by priority, equal ones in the order they were accepted; submits that wait are accepted in the order they began. A thread is
 * given tasks ahead as long as all it has were measured short; those behind one that takes longer after all are taken back and run elsewhere.
 * Threads start with the first tasks and stay. The process stays alive while something is accepted or waits, and an idle pool lets it exit.
 * A thread that dies takes its own task with it and no other, and is replaced.
 */
export interface ThreadPool<M = AnyTasks> extends Pool, ThreadVerbs<M> {
  /** The most threads, and so the most tasks running at a time. */
  readonly threads: number
  /** Never set: tells the compiler what each task takes and gives, for whoever is handed the pool. */
  readonly tasks?: { readonly [K in TaskNames<M>]: (...args: TaskArguments<M, K>) => TaskResult<M, K> } | undefined
  /**
   * Runs an export once on every thread, starting those that are not, and resolves with all results. Each waits for what
   * its thread was lent before, and takes no place of `maxPending`; instead of on a thread that is being replaced it runs on the next.
   * A thread that is started later does not make up for
   * it: `setup` does that. Rejects with the first failure.
   */
  runOnAll<K extends TaskNames<M>>(
    name: K,
    args: TaskArguments<M, K>,
    options?: ThreadSubmitOptions,
  ): Promise<TaskResult<M, K>[]>
  /** Starts all threads, and resolves when each has loaded the module and is set up. Rejects with code `load-failed`. */
  ready(options?: WaitOptions): Promise<void>
}
