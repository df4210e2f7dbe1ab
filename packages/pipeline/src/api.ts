import type { Receiver, Sender, Value } from '@millrace/mpsc'
import type {
  AtOnce,
  Emitted,
  ErrorOf,
  IfIterable,
  Inner,
  Item,
  Joinable,
  Result,
  TaskFor,
  TaskItem,
  ThreadRunner,
  ValueOf,
} from './api/items.ts'
import type { RunOptions } from './api/run-options.ts'
import type {
  BatchOptions,
  BatchWhileOptions,
  BranchOptions,
  DedupeOptions,
  DroppingOptions,
  DropSide,
  FlattenOptions,
  NameOptions,
  RateOptions,
  Stage,
  StageOptions,
  ThreadsOptions,
  WindowOptions,
} from './api/stage-options.ts'
import type { PipelineStats, Summary } from './api/stats.ts'
import type { Target, ToOptions } from './sinks.ts'
import type { NodeReadable } from './streams.ts'

export type * from './api/items.ts'
export type * from './api/run-options.ts'
export type * from './api/stage-options.ts'
export type * from './api/stats.ts'

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
  map<R>(fn: (item: T, index: number, stage: Stage) => Emitted<R>, options?: StageOptions<T>): Pipeline<Item<R>>
  /**
   * Emits the items for which `fn` gives something true, awaited.
   *
   * @example
   * await from([1, 2, 3]).filter(async (n) => n !== 2).toArray() // => [1, 3]
   */
  filter<S extends T>(fn: (item: T, index: number, stage: Stage) => item is S, options?: StageOptions<T>): Pipeline<S>
  /** As above, where the function tells nothing of the type. */
  filter(fn: (item: T, index: number, stage: Stage) => unknown, options?: StageOptions<T>): Pipeline<T>
  /**
   * As `map`, and drops the items for which `fn` gives `undefined`.
   *
   * @example
   * await from([1, 2, 3]).filterMap((n) => (n === 2 ? undefined : -n)).toArray() // => [-1, -3]
   */
  filterMap<R>(fn: (item: T, index: number, stage: Stage) => R, options?: StageOptions<T>): Pipeline<Item<R>>
  /**
   * `map` to something that can be iterated over, and the items of that: `concurrency` calls at a time, and as many iterables. The other
   * options are those of the calls: unordered, `keyBy` keeps no iterable waiting for another one.
   *
   * @example
   * await from([1, 2]).flatMap((n) => [n, n * 10]).toArray() // => [1, 10, 2, 20]
   */
  flatMap<R>(
    fn: (item: T, index: number, stage: Stage) => IfIterable<Awaited<R>, R>,
    options?: StageOptions<T>,
  ): Pipeline<Inner<Awaited<R>> & Value>
  /**
   * Calls `fn` with each item and emits the item when that is done.
   *
   * @example
   * const seen: number[] = []
   * await from([1, 2]).tap((n) => void seen.push(n)).toArray() // => [1, 2]
   */
  tap(fn: (item: T, index: number, stage: Stage) => unknown, options?: StageOptions<T>): Pipeline<T>
  /**
   * Emits what the items so far come to, after each: `fn` is called with the state before and the item, and gives the next state.
   *
   * @example
   * await from([1, 2, 3]).scan((sum, n) => sum + n, 0).toArray() // => [1, 3, 6]
   */
  scan<S>(
    fn: (state: S, item: T, index: number) => S | PromiseLike<S>,
    initial: S,
    options?: NameOptions,
  ): Pipeline<S & Value>
  /**
   * As `map`, and emits what became of each call, after its last attempt: `{ ok: true, value }` or `{ ok: false, error }`. So errors keep
   * their place among the items, and fail nothing.
   *
   * @example
   * const sizes = from(['{"size":1}', '{']).attempt((text) => JSON.parse(text).size)
   * const results = await sizes.toArray()
   * results.map(({ ok }) => ok) // => [true, false]
   */
  attempt<R>(
    fn: (item: T, index: number, stage: Stage) => Emitted<R>,
    options?: StageOptions<T>,
  ): Pipeline<Result<Item<R>>>
  /** As `attempt`, for the values of results that are well; errors pass in their order. */
  mapOk<R>(
    fn: (value: ValueOf<T>, index: number, stage: Stage) => Emitted<R>,
    options?: StageOptions<T>,
  ): Pipeline<Result<Item<R>, unknown>>
  /** Emits results whose errors are what `fn` gives for them; values pass in their order. */
  mapErr<E>(
    fn: (error: ErrorOf<T>, index: number, stage: Stage) => E,
    options?: StageOptions<T>,
  ): Pipeline<Result<ValueOf<T>, Awaited<E>>>
  /**
   * Emits the values of results that are well; the errors go to a channel. While that is full the stage waits; it is not closed, so
   * what is in it can be received after the end.
   *
   * @example
   * import { channel, type Value } from '@millrace/mpsc'
   * import { from } from '@millrace/pipeline'
   *
   * const errors = channel<Value>({ capacity: 10 })
   * const values = from([1, 2, 3]).attempt((n) => {
   *   if (n === 2) throw new RangeError('two')
   *   return n
   * })
   * await values.catch(errors.sender).toArray() // => [1, 3]
   * String(await errors.receiver.receive()) // => 'RangeError: two'
   */
  catch(errors: Sender<ErrorOf<T> & Value>, options?: NameOptions): Pipeline<ValueOf<T> & Value>
  /** As `catch`, and the first error fails the run when it has been sent. */
  catchAbort(errors: Sender<ErrorOf<T> & Value>, options?: NameOptions): Pipeline<ValueOf<T> & Value>
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
   * Emits the items of its items: iterables, async iterables, receivers, pipelines. An iterable that is left early is closed.
   *
   * @example
   * await from([[1, 2], [3]]).flatten().toArray() // => [1, 2, 3]
   */
  flatten(options?: FlattenOptions): Pipeline<Inner<T> & Value>
  /** The items of arrays, as `batch` makes them: `flatten`. */
  unbatch(options?: NameOptions): Pipeline<Inner<T> & Value>
  /**
   * Emits arrays of `size` items; the last may be shorter, as are those that weigh or wait enough. Does not take the first item of
   * another array while a full one waits (with a `buffer`, while so many more wait).
   *
   * @example
   * await from('abcde').batch(2).toArray() // => [['a', 'b'], ['c', 'd'], ['e']]
   */
  batch(size: number, options?: BatchOptions<T>): Pipeline<T[]>
  /**
   * Emits arrays that end where `fn` says so: it is called with the state (undefined for the first item of an array) and the item, and gives
   * the next state, or `undefined`: then the array is whole, the item included.
   *
   * @example
   * const lines = from(['a', 'b', '', 'c']).batchWhile((_: true | undefined, line) => (line === '' ? undefined : true))
   * await lines.toArray() // => [['a', 'b', ''], ['c']]
   */
  batchWhile<S>(fn: (state: S | undefined, item: T) => S | undefined, options?: BatchWhileOptions<S>): Pipeline<T[]>
  /**
   * Emits arrays of `size` items that are next to each other, one for each item from the `size`-th on.
   *
   * @example
   * await from([1, 2, 3, 4]).window(2).toArray() // => [[1, 2], [2, 3], [3, 4]]
   */
  window(size: number, options?: WindowOptions): Pipeline<T[]>
  /**
   * Emits the first `count` items and ends with the last of them: what came before is told to stop, waited for, and closed.
   *
   * @example
   * await from([1, 2, 3]).take(2).toArray() // => [1, 2]
   */
  take(count: number, options?: NameOptions): Pipeline<T>
  /** Emits items up to the first for which `fn` gives something false, and ends there as `take` does. */
  takeWhile<S extends T>(fn: (item: T, index: number) => item is S, options?: NameOptions): Pipeline<S>
  /** As above, where the function tells nothing of the type. */
  takeWhile<R>(fn: (item: T, index: number) => AtOnce<R>, options?: NameOptions): Pipeline<T>
  /** Emits the items behind the first `count`. */
  skip(count: number, options?: NameOptions): Pipeline<T>
  /**
   * Emits pairs of a number, counted from `start` (0 if not given), and the item.
   *
   * @example
   * await from('ab').enumerate(1).toArray() // => [[1, 'a'], [2, 'b']]
   */
  enumerate(start?: number, options?: NameOptions): Pipeline<[number, T]>
  /**
   * Emits each item once.
   *
   * @example
   * await from([1, 2, 1]).dedupe().toArray() // => [1, 2]
   */
  dedupe(options?: DedupeOptions<T>): Pipeline<T>
  /** Lets items through at a rate, in their order; what is before it waits. A token bucket. */
  rateLimit(rate: RateOptions): Pipeline<T>
  /** Emits an item when no other has come for so many milliseconds; the others are dropped. The last is emitted at the end. */
  debounce(ms: number, options?: NameOptions): Pipeline<T>
  /**
   * Lets the stage before (or the source) run ahead by `count` items more. It adds up if called again.
   *
   * An ordered stage uses it also to work on past a slow item.
   */
  buffer(count: number): Pipeline<T>
  /** A buffer of `count` items that never makes what is before it wait: when it is full, an item is dropped. */
  bufferDropping(count: number, side: DropSide, options?: DroppingOptions<T>): Pipeline<T>
  /**
   * Emits the items of this and of other sources as they come. All are read at the same time.
   *
   * @example
   * const merged = await from([1, 2]).merge([3, 4]).toArray()
   * merged.sort() // => [1, 2, 3, 4]
   */
  merge<Us extends readonly Joinable<Value>[]>(...others: Us): Pipeline<T | (Inner<Us[number]> & Value)>
  /** Emits the items of this, then those of the other sources, one after the other. */
  concat<Us extends readonly Joinable<Value>[]>(...others: Us): Pipeline<T | (Inner<Us[number]> & Value)>
  /**
   * Emits arrays of an item of each source, until the first has none: then the others are closed, and awaited unless they are slow to
   * answer; pipelines always.
   *
   * @example
   * await from([1, 2]).zip('ab').toArray() // => [[1, 'a'], [2, 'b']]
   */
  zip<Us extends readonly Joinable<Value>[]>(
    ...others: Us
  ): Pipeline<[T, ...{ -readonly [K in keyof Us]: Inner<Us[K]> }]>
  /**
   * `count` pipelines, each with all items. The slowest sets the pace; consume all of them at the same time, or leave those that nobody
   * wants.
   *
   * @example
   * const [sums, texts] = from([1, 2, 3]).broadcast(2)
   * await Promise.all([sums?.reduce((sum, n) => sum + n, 0), texts?.map(String).toArray()]) // => [6, ['1', '2', '3']]
   */
  broadcast(count: number, options?: BranchOptions): readonly Pipeline<T>[]
  /**
   * Two pipelines: one with the items for which `fn` gives something true, one with the others. Each has its own backpressure, up to
   * `buffer` items; consume both at the same time. `merge` joins them again.
   *
   * @example
   * const [even, odd] = from([1, 2, 3, 4]).partition((n) => n % 2 === 0)
   * await Promise.all([even.toArray(), odd.toArray()]) // => [[2, 4], [1, 3]]
   */
  partition<S extends T>(fn: (item: T) => item is S, options?: BranchOptions): [Pipeline<S>, Pipeline<Exclude<T, S>>]
  /** As above, where the function tells nothing of the type. */
  partition<R>(fn: (item: T) => AtOnce<R>, options?: BranchOptions): [Pipeline<T>, Pipeline<T>]
  /**
   * Goes on with what `stage` makes of this pipeline: stages of your own, a generator, or something of another library.
   *
   * @example
   * import { from, type Pipeline } from '@millrace/pipeline'
   *
   * const doubled = (numbers: Pipeline<number>) => numbers.flatMap((n) => [n, n])
   * await from([1, 2]).through(doubled).toArray() // => [1, 1, 2, 2]
   */
  through<R extends Value>(stage: (items: Pipeline<T>) => AsyncIterable<R> | Iterable<R>): Pipeline<R>
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
  /** Runs and resolves with what the items come to, beginning with `initial`. */
  reduce<S>(fn: (state: S, item: T, index: number) => S | PromiseLike<S>, initial: S, options?: RunOptions): Promise<S>
  /**
   * Runs and sends the items to a channel, a stream of Node or one of the web, and waits while that is full. It is closed at the end,
   * and told of a failure, unless `leaveOpen`.
   */
  to(target: Target<T>, options?: ToOptions & RunOptions): Promise<Summary>
  /**
   * A `Readable` of Node in object mode that runs the pipeline when it is read. Destroying it ends the run. Throws where there is no Node.
   * `toReadable<Readable>()` has the whole type of it, which this package does not import.
   */
  toReadable<S extends object = NodeReadable<T>>(): S
  /** A stream of the web that runs the pipeline when it is read. Cancelling it ends the run. */
  toReadableStream(): ReadableStream<T>
  /** Runs, at the first item asked for. Leaving the loop ends the run and waits until nothing of it works any more. */
  [Symbol.asyncIterator](): AsyncIterator<T, undefined>
}
