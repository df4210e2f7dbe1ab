import type { Receiver, Value } from '@millrace/mpsc'

/** What a function sees of the stage it works for. */
export interface Stage {
  /** The name of the stage, as in `stats()`. */
  readonly name: string
  /** Aborts when the pipeline fails, is aborted or is left by its consumer: what the function began should stop. */
  readonly signal: AbortSignal
}

/** Settings of a stage that calls a function. Without any, the stage is serial. */
export interface StageOptions {
  /** At most this many calls run at a time. 1 if not given. */
  readonly concurrency?: number | undefined
  /** Whether results leave in the order of their items (if not given), or as they are finished. */
  readonly ordered?: boolean | undefined
  /** Name in `stats()` and in messages. The name of the function if not given, else the verb and its place. */
  readonly name?: string | undefined
}

/** Settings of a stage that calls tasks of a pool. */
export interface ThreadsOptions<T> extends StageOptions {
  /** At most this many tasks handed to the pool at a time. Twice its threads if not given, so that each finds its next task waiting. */
  readonly concurrency?: number | undefined
  /** What of an item is moved to the thread and not copied. */
  readonly transfer?: ((item: T) => readonly object[]) | undefined
}

/** Settings of a stage that calls nothing, or of the source. */
export interface NameOptions {
  /** Name in `stats()` and in messages. */
  readonly name?: string | undefined
}

/** Settings of a run. */
export interface RunOptions {
  /** Aborts the run with `signal.reason`. */
  readonly signal?: AbortSignal | undefined
  /** The clock of the statistics; a monotonic one if not given. It decides nothing else. */
  readonly clock?: Clock | undefined
}

/** Tells the time in milliseconds from any fixed moment, and never goes back. One that does, or throws, fails the run with a `TypeError`. */
export interface Clock {
  /** The milliseconds since that moment. */
  now(): number
}

/** Why a function is refused: its result may be `undefined`, which is never an item. Use `filterMap` to drop items. */
export interface UndefinedIsNoItem {
  /** Never there. */
  readonly 'undefined is not an item, use filterMap': never
}

/** `R` if a stage may emit it (or a promise of it), else `UndefinedIsNoItem`. */
export type Emitted<R> = 0 extends 1 & R
  ? R
  : // biome-ignore lint/suspicious/noConfusingVoidType: a function without a return gives void
    [Extract<Awaited<R>, undefined | void>] extends [never]
    ? R
    : UndefinedIsNoItem

/** The items of a stage whose function returns `R`. */
export type Item<R> = Awaited<R> & Value

/** What `threads` needs of a pool: the `threadPool` of `@millrace/pool` is one. `Tasks` is a record of functions. */
export interface ThreadRunner<Tasks> {
  /** How many threads the pool has. */
  readonly threads: number
  /** Never set: tells the compiler what each task takes and gives. */
  readonly tasks?: Tasks | undefined
  /** Called as `run(name, [item], { signal, transfer })`; what the promise gives is the stage's result. */
  run(name: never, args: never, options?: never): Promise<unknown>
}

/** The names of those tasks that take an item of type `T` as their only argument and give an item. */
export type TaskFor<Tasks, T> = {
  [K in keyof Tasks & string]: Tasks[K] extends (item: T) => infer R
    ? [Emitted<R>] extends [UndefinedIsNoItem]
      ? never
      : K
    : never
}[keyof Tasks & string]

/** The items a stage of task `K` emits. */
export type TaskItem<Tasks, K extends keyof Tasks> = Tasks[K] extends (...args: never[]) => infer R ? Item<R> : never

/** How one stage (or the source, or the output) stands. Times are in milliseconds since the run began. */
export interface StageStats {
  /** The name of the stage. */
  readonly name: string
  /** The most calls that may run at a time. */
  readonly concurrency: number
  /** Items taken in: done, waiting, running and dropped, added up. A batch has some gathered, and its arrays count as one each. */
  readonly received: number
  /** Items that left. */
  readonly done: number
  /** Calls that run now. */
  readonly running: number
  /** Results that are finished and wait for room in the next stage, or for their turn. */
  readonly waiting: number
  /** Items that left nothing behind: `filterMap` gave `undefined`, `forEach` is done with it, or its call failed. */
  readonly dropped: number
  /** Items of an array that `batch` has begun and not filled. */
  readonly gathered: number
  /** The time calls took, added up. */
  readonly busyMs: number
  /** `busyMs` as a share of what `concurrency` allows: 0 to 1. */
  readonly busy: number
  /** Time in which a call might have started, but for results that wait. */
  readonly blockedMs: number
  /** Time in which there was nothing: no call ran, no result waited. */
  readonly starvedMs: number
}

/** How a run stands. */
export interface PipelineStats {
  /** Time since the run began. */
  readonly elapsedMs: number
  /** The source: busy while the next item is awaited. */
  readonly source: StageStats
  /** The stages in their order. */
  readonly stages: readonly StageStats[]
  /** The output: busy while an item waits for the consumer. */
  readonly output: StageStats
}

/** How a run went. */
export interface Summary extends PipelineStats {
  /** The name of the stage (or source, or output) with the highest busy share. */
  readonly bottleneck: string
}

/** A pipeline at work. */
export interface Run<T extends Value> extends AsyncDisposable {
  /**
   * Where results arrive. It holds one, beside what the stages hold.
   *
   * Ends after the last result, and rejects with the error of a failed run after the results before it. Closing or
   * disposing it makes the run stop as soon as it would put the next result there.
   */
  readonly output: Receiver<T>
  /**
   * Resolves when every item has left; rejects with the error that ended the run, when nothing of the run works any more.
   * Never an unhandled rejection, whether anyone looks at it or not.
   */
  readonly done: Promise<Summary>
  /** Ends the run with this reason, an `AbortError` if not given. Does nothing when it has ended already. */
  abort(reason?: unknown): void
  /** How the run stands now. */
  stats(): PipelineStats
  /** Ends the run if it has not ended and waits until nothing of it works any more. Rejects only if the source fails to close. */
  [Symbol.asyncDispose](): Promise<void>
}

/**
 * A source of items and the stages they pass through: a plan that does nothing until it runs.
 *
 * Every stage works on while the next one is busy, but no further than its limits: it begins a call only while fewer than
 * `concurrency` run, and running and waiting together are fewer than `concurrency` plus its `buffer`. So a pipeline holds at
 * most the sum of those, whichever stage is slow.
 *
 * The first error ends all: no stage begins another call, `stage.signal` aborts, calls that run are awaited, the source
 * is closed, and then the run rejects with that very error. Abort and leaving the loop do the same. Results that have not left by then
 * are dropped. The source is closed by its `return()`, which is awaited: one that never settles holds up the end. Only a source that is
 * still inside `next()` then cannot be interrupted: its `return()` is called all the same, but the run gives it one turn of the
 * event loop and ends without it.
 *
 * Promises in an array are looked after from the start of the run, so that one that rejects before its turn, or is never reached, is
 * no unhandled rejection; those of other iterables once they are taken.
 *
 * It runs once, since its source can be read once: a second run of it, or of another pipeline built upon
 * the same `from`, throws `TypeError`.
 */
export interface Pipeline<T extends Value> extends AsyncIterable<T> {
  /**
   * Calls `fn` with each item and emits what it returns, awaited.
   *
   * `index` counts the items of the stage from 0. `undefined` is never an item: a function that may return it does not compile,
   * and at run time the pipeline fails with a `TypeError` naming the stage.
   *
   * @example
   * await from([1, 2, 3]).map(async (n) => n * n, { concurrency: 2 }).toArray() // => [1, 4, 9]
   */
  map<R>(fn: (item: T, index: number, stage: Stage) => Emitted<R>, options?: StageOptions): Pipeline<Item<R>>
  /**
   * As `map`, and drops the items for which `fn` gives `undefined`.
   *
   * @example
   * await from([1, 2, 3]).filterMap((n) => (n === 2 ? undefined : -n)).toArray() // => [-1, -3]
   */
  filterMap<R>(fn: (item: T, index: number, stage: Stage) => R, options?: StageOptions): Pipeline<Item<R>>
  /**
   * Calls task `name` of `pool` with each item, on its threads, and emits the results. `stage.signal` cancels the tasks.
   *
   * A pool that rejects when it is full makes the run fail; the one of `@millrace/pool` waits unless told otherwise.
   */
  threads<Tasks, K extends TaskFor<Tasks, T>>(
    pool: ThreadRunner<Tasks>,
    name: K,
    options?: ThreadsOptions<T>,
  ): Pipeline<TaskItem<Tasks, K>>
  /**
   * Emits arrays of `size` items; the last may be shorter. Does not take the first item of another array while a full one waits
   * (with a `buffer`, while so many more wait).
   *
   * @example
   * await from('abcde').batch(2).toArray() // => [['a', 'b'], ['c', 'd'], ['e']]
   */
  batch(size: number, options?: NameOptions): Pipeline<T[]>
  /**
   * Lets the stage before (or the source) run ahead by `count` items more. It adds up if called again.
   *
   * An ordered stage uses it also to work on past a slow item.
   */
  buffer(count: number): Pipeline<T>
  /**
   * Starts the pipeline; the first calls are made after the calling code has given up control.
   *
   * @example
   * const run = from(['tea', 'milk']).map((word) => word.length).run()
   * await run.output.receive() // => 3
   * await run.output.receive() // => 4
   * await run.output.receive() // => undefined
   * const summary = await run.done
   * summary.output.done // => 2
   */
  run(options?: RunOptions): Run<T>
  /** Runs and gives the results in an array. A failure of a run whose promise is dropped is an unhandled rejection. */
  toArray(options?: RunOptions): Promise<T[]>
  /** Runs with `fn` as a last, serial stage whose results are not kept; without it, only for what the stages do. As with `toArray`, a failure is an unhandled rejection if the promise is dropped. */
  forEach(fn?: (item: T, index: number, stage: Stage) => unknown, options?: RunOptions): Promise<Summary>
  /** Runs, at the first item asked for. Leaving the loop ends the run and waits until nothing of it works any more. */
  [Symbol.asyncIterator](): AsyncIterator<T, void, undefined>
}
