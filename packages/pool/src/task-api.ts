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
import type { TaskContext } from './thread/context.ts'

/** Settings of a pool of functions, fixed at construction. */
export interface TaskPoolOptions {
  /** At most so many functions run at a time. */
  readonly concurrency: number
  /** At most this many tasks accepted and not yet started, exactly. 1024 if not given. */
  readonly maxPending?: number | undefined
  /** What a submit does when `maxPending` tasks are pending: wait for a place (if not given), or reject with code `full`. */
  readonly overflow?: 'wait' | 'reject' | undefined
  /** At most so many tasks with the same `key` run at a time. No limit if not given. */
  readonly perKey?: number | undefined
  /** Cancels a task that runs longer, with a `PoolError` of code `timeout`. Without a limit if not given. */
  readonly runTimeoutMs?: number | undefined
  /** How long a function may take to stop when a shutdown has run out of time, before it is left alone. 100 if not given. */
  readonly cancelGraceMs?: number | undefined
  /** Whether the time that tasks wait and run is measured, at about 100 ns a task. True if not given. */
  readonly metrics?: boolean | undefined
}

/** What a task is told of itself. */
export interface RunContext extends TaskContext {
  /** Which run it is; the first is 1. */
  readonly attempt: number
}

/** What can be asked of a pool of functions, and of a scope of it. */
export interface TaskVerbs {
  /**
   * Hands in a function and resolves with its task when it is accepted, so awaiting it is backpressure. It starts in this call if
   * it may, and later in the async context of this call. A cancelled task has its place until the function has ended.
   *
   * Rejects, and nothing runs, with `TypeError` or `RangeError` for a wrong call, `signal.reason`, `TimeoutError` after
   * `timeoutMs`, or `PoolError` with code `full` or `closed`.
   */
  submit<R>(body: (context: RunContext) => R | PromiseLike<R>, options?: SubmitOptions): Promise<Task<R>>
  /** Hands in a function if there is a place now. Throws for a wrong call. */
  trySubmit<R>(
    body: (context: RunContext) => R | PromiseLike<R>,
    options?: Omit<SubmitOptions, 'timeoutMs'>,
  ): Task<R> | 'full' | 'closed'
  /** `submit` and the result in one. */
  run<R>(body: (context: RunContext) => R | PromiseLike<R>, options?: SubmitOptions): Promise<R>
  /** The results of a function of one item after the other, as they come. Reads no more items than it may have results. */
  stream<T, R>(
    items: Items<T>,
    body: (item: T, index: number, context: RunContext) => R | PromiseLike<R>,
    options?: ItemStreamOptions,
  ): ResultStream<R>
  /**
   * Calls a function with each item, and resolves with the results. The first failure ends it: what runs for it is cancelled, and
   * when that has ended the promise rejects. Other tasks of the pool get their turn between two items.
   */
  map<T, R>(
    items: Items<T>,
    body: (item: T, index: number, context: RunContext) => R | PromiseLike<R>,
    options?: MapOptions,
  ): Promise<R[]>
  /** `map` without results. */
  forEach<T>(
    items: Items<T>,
    body: (item: T, index: number, context: RunContext) => unknown,
    options?: MapOptions,
  ): Promise<void>
  /** Calls a function with `size` items at a time, the last time with what is left; it returns a result for each. Else as `map`. */
  batch<T, R>(
    items: Items<T>,
    size: number,
    body: (items: T[], index: number, context: RunContext) => readonly R[] | PromiseLike<readonly R[]>,
    options?: MapOptions,
  ): Promise<R[]>
  /** How tasks ended, in their order, or with `ordered: false` in the order in which they do. Never rejects for them. */
  join<R>(
    tasks: Iterable<Task<R>>,
    options?: { readonly ordered?: boolean | undefined },
  ): Promise<PromiseSettledResult<R>[]>
  /** Cancels each. */
  cancel(tasks: Iterable<Task<unknown>>, reason?: unknown): void
  /** A scope, inside of this one if it is asked of a scope. */
  scope(options?: ScopeOptions): TaskScope
  /** Calls with a scope, and resolves with what that returns when all tasks of the scope have ended. If it throws, they are cancelled. */
  scoped<R>(body: (scope: TaskScope) => R | Promise<R>, options?: ScopeOptions): Promise<R>
}

/** Functions that end together. */
export interface TaskScope extends Scope, TaskVerbs {}

/**
 * Runs functions of this event loop, at most `concurrency` at a time, by priority and else in the order they were accepted.
 *
 * A function that waits for another of its pool, or for a place in it, has its own place meanwhile: where all do, none goes on until
 * one is cancelled. The process stays alive while something is accepted or waits.
 */
export interface TaskPool extends Pool, TaskVerbs {
  /** The most functions that run at a time. */
  readonly concurrency: number
}
