import type { Receiver, Sender, Value } from '@millrace/mpsc'
import type { Adjustable } from './adjustable.ts'
import type { CheckpointOptions } from './lineage/ledger.ts'
import type { Cursor } from './lineage/positions.ts'
import type { Target, ToOptions } from './sinks.ts'
import type { NodeReadable } from './streams.ts'

/** What a function sees of the stage it works for. */
export interface Stage {
  /** The name of the stage, as in `stats()`. */
  readonly name: string
  /** Aborts when the pipeline fails, is aborted or is left by its consumer: what the function began should stop. */
  readonly signal: AbortSignal
}

/** How a call that failed is made again. */
export interface Retry {
  /** At most so many times more. */
  readonly times: number
  /** Before the first of them so long is waited, in milliseconds; 0 if not given. */
  readonly delayMs?: number | undefined
  /** By how much each delay is longer than the one before; 2 if not given. */
  readonly factor?: number | undefined
  /** No delay is longer. */
  readonly maxDelayMs?: number | undefined
  /** Up to which share of a delay is left out by chance, 0 to 1; 0 if not given. */
  readonly jitter?: number | undefined
  /** Whether this error is worth another attempt; `attempt` have been made. Each is if not given. */
  readonly when?: ((error: unknown, attempt: number) => boolean) | undefined
}

/** An item for which all attempts failed. */
export interface DeadLetter<T> {
  /** The item, as it came to the stage. */
  readonly item: T
  /** Its number in the stage, from 0. */
  readonly index: number
  /** The name of the stage. */
  readonly stage: string
  /** How often the call was made. */
  readonly attempts: number
  /** What the last one failed with. */
  readonly error: unknown
}

/** Settings of a stage that calls a function. Without any, the stage is serial. */
export interface StageOptions<T> {
  /** At most this many calls run at a time: a number, or an `adjustable` that is changed while they do. 1 if not given. */
  readonly concurrency?: number | Adjustable | undefined
  /** Whether results leave in the order of their items (if not given), or as they are finished. */
  readonly ordered?: boolean | undefined
  /**
   * Of items with the same key one is worked on at a time, in their order; those with other keys at the same time. An item that waits
   * for its turn takes the place of one that runs ahead, as a finished one does: more `buffer` lets more keys run.
   */
  readonly keyBy?: ((item: T, index: number) => unknown) | undefined
  /** How a failed call is made again. It is not, if not given. */
  readonly retry?: Retry | undefined
  /**
   * How long each call may take, in milliseconds. Then its signal aborts, and it has failed with a `TimeoutError`, whatever it gives; it
   * keeps its place until it has settled, so that no more calls run than may. A function that returns no promise is never late: nothing
   * can happen while it runs.
   */
  readonly timeoutMs?: number | undefined
  /** Where an item goes for which all attempts failed, in place of failing the run. A full channel makes the stage wait. */
  readonly deadLetter?: Sender<DeadLetter<T>> | undefined
  /** Name in `stats()` and in messages. The name of the function if not given, else the verb and its place. */
  readonly name?: string | undefined
}

/** Settings of a stage that calls tasks of a pool. */
export interface ThreadsOptions<T> extends StageOptions<T> {
  /** At most this many tasks handed to the pool at a time. Twice its threads if not given, so that each finds its next task waiting. */
  readonly concurrency?: number | Adjustable | undefined
  /** What of an item is moved to the thread and not copied. */
  readonly transfer?: ((item: T) => readonly object[]) | undefined
}

/** What became of something that may fail. */
export type Result<T, E = unknown> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: E }

/** The value of a result that is well. */
export type ValueOf<T> = T extends { readonly ok: true; readonly value: infer V } ? V : never

/** The error of a result that is not. */
export type ErrorOf<T> = T extends { readonly ok: false; readonly error: infer E } ? E : never

/** What can be iterated over inside of an item. */
export type Inner<T> =
  T extends AsyncIterable<infer I>
    ? I
    : T extends Iterable<infer I>
      ? Awaited<I>
      : T extends Receiver<infer I>
        ? I
        : never

/** What other sources a pipeline can be joined with. */
export type Joinable<T> = AsyncIterable<T> | Iterable<T | PromiseLike<T>>

/** Settings of a stage that reads the iterables it is given. */
export interface FlattenOptions {
  /** How many are read at a time; 1 if not given. */
  readonly concurrency?: number | undefined
  /** Whether one is read to its end before the next gives its items (if not given), or whichever has some does. */
  readonly ordered?: boolean | undefined
  /** Name in `stats()` and in messages. */
  readonly name?: string | undefined
}

/** When a batch is whole that has fewer items than it may. */
export interface BatchOptions<T> extends NameOptions {
  /** So many milliseconds after its first item came. Never if not given. */
  readonly timeoutMs?: number | undefined
  /** What an item weighs. */
  readonly weight?: ((item: T) => number) | undefined
  /** A batch weighs no more, unless its only item does. */
  readonly maxWeight?: number | undefined
}

/** Settings of `batchWhile`. */
export interface BatchWhileOptions<S> extends NameOptions {
  /** After so many milliseconds from the item that led to this state, the batch is whole as it is; undefined leaves the time as it was. */
  readonly expiresInMs?: ((state: S) => number | undefined) | undefined
}

/** How a window moves. */
export interface WindowOptions extends NameOptions {
  /** By how many items each window begins behind the one before; 1 if not given. */
  readonly step?: number | undefined
}

/** Settings of `dedupe`. */
export interface DedupeOptions<T> extends NameOptions {
  /** What two items have in common that count as the same; the item itself if not given. */
  readonly by?: ((item: T) => unknown) | undefined
  /** So many keys are remembered, those met last. All if not given: memory grows with them. */
  readonly last?: number | undefined
}

/** How many items a `rateLimit` lets through. */
export interface RateOptions extends NameOptions {
  /** So many … */
  readonly count: number
  /** … in so many milliseconds, evenly spread. */
  readonly perMs: number
  /** So many may leave at once after a pause; 1 if not given. */
  readonly burst?: number | undefined
}

/** Which item a full `bufferDropping` drops: the one that waits longest, or the one that comes. */
export type DropSide = 'oldest' | 'newest'

/** Settings of `bufferDropping`. */
export interface DroppingOptions<T> extends NameOptions {
  /** Told of each item that is dropped. What it throws fails the run. */
  readonly onDrop?: ((item: T) => void) | undefined
}

/** Settings of branches. */
export interface BranchOptions {
  /** So many items may wait for a branch before the others wait for it; 1 if not given. */
  readonly buffer?: number | undefined
}

/** Settings of a stage that calls nothing, or of the source. */
export interface NameOptions {
  /** Name in `stats()` and in messages. */
  readonly name?: string | undefined
}

/** Settings of the source. */
export interface FromOptions extends NameOptions {
  /** A cursor that a run before this one has saved: the items that were processed then are passed over. The source must give the same ones. */
  readonly resume?: Cursor | undefined
}

/** A source that is told of each item when it is fully processed: a queue whose messages are acknowledged, say. */
export interface SettledSource<T> {
  /** The items. */
  readonly items: Iterable<T | PromiseLike<T>> | AsyncIterable<T>
  /**
   * Everything made of the item has left the run: a call of the last stage has ended, a `for await` has been given it, it lies in the output; or with an error: a call failed, or the run ended before. Each item that was taken is
   * settled once; the run ends when all that this gives has settled, and fails if it fails. At most 256 are due before no more is taken.
   */
  settle(item: T, error?: unknown): unknown
}

/** Settings of a run. */
export interface RunOptions {
  /** Aborts the run with `signal.reason`. */
  readonly signal?: AbortSignal | undefined
  /**
   * What a failed call does: ends the run (`fail`, if not given), or not: its item is dropped and the others go on; in the end the run
   * rejects with an `AggregateError` of the first thousand errors (`collect`). A failing source ends the run in any case.
   */
  readonly errors?: 'fail' | 'collect' | undefined
  /**
   * At most so many items are in the stages, in place of the limits by `buffer`: each stage runs ahead as far as there is one of them
   * left, so that those are held where they help most. A new one is taken from the source when one has left. Arrays count as one.
   */
  readonly inFlight?: number | undefined
  /**
   * Tells which items of the source are fully processed: everything made of them has left the run, or was dropped. `from` takes the
   * cursor to go on behind them. Exact also for unordered stages; what a stage gathers over several items (`scan`, `dedupe`, `window`) is
   * not kept. Items whose calls failed are not processed.
   */
  readonly checkpoint?: CheckpointOptions | undefined
  /** Records what happens to each item: a `trace()` of `@millrace/pipeline/trace`. */
  readonly trace?: RunRecorder | undefined
  /** The clock of the statistics; a monotonic one if not given. It decides nothing else. */
  readonly clock?: Clock | undefined
}

/** A stage, as a recorder is told of it. */
export interface RecordedStage {
  /** The name of the stage. */
  readonly name: string
  /** How many results may wait beside what runs. */
  readonly buffer: number
  /** The most calls at a time; not there where it calls nothing. */
  readonly concurrency?: number
  /** Whether results leave in the order of their items; not there where it calls nothing. */
  readonly ordered?: boolean
}

/** Told of what happens in a run. Items have numbers from 0; times are in milliseconds since the run began, and never fall. */
export interface RunRecorder {
  /** A run begins. Throws if it cannot be recorded. */
  begin(stages: readonly RecordedStage[]): void
  /** The source gave an item. */
  came(item: number, askedMs: number, cameMs: number): void
  /** A call begins in a stage, counted from 0. Gives a number for it. */
  began(stage: number, item: number, atMs: number): number
  /** It has ended; at once, or as a promise. */
  ended(call: number, atMs: number, isSync: boolean): void
  /** An item leaves the run. */
  leaves(item: number, atMs: number): void
  /** The run has ended. */
  end(stats: PipelineStats): void
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
  /** Items taken in: done, waiting, parked, running and dropped, added up; but not where items make others, as in a batch. */
  readonly received: number
  /** Items that left. */
  readonly done: number
  /** Calls that run now. */
  readonly running: number
  /** Results that are finished and wait for room in the next stage, or for their turn. */
  readonly waiting: number
  /** Items that wait until the one before them with the same key is finished. */
  readonly parked: number
  /** Items that left nothing behind: `filterMap` gave `undefined`, `forEach` is done with it, or its call failed. */
  readonly dropped: number
  /** Items of an array that `batch` has begun and not filled. */
  readonly gathered: number
  /** What half of the calls took at most, in milliseconds; of a sample, to about a twelfth. 0 if none has ended. */
  readonly p50Ms: number
  /** What 99 of 100 calls took at most, as `p50Ms`. */
  readonly p99Ms: number
  /** Items that left, for each second since the run began. */
  readonly perSecond: number
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
   * `map` to something that can be iterated over, and the items of that: `concurrency` calls at a time, and as many iterables.
   *
   * @example
   * await from([1, 2]).flatMap((n) => [n, n * 10]).toArray() // => [1, 10, 2, 20]
   */
  flatMap<R>(
    fn: (item: T, index: number, stage: Stage) => R,
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
  takeWhile(fn: (item: T, index: number) => unknown, options?: NameOptions): Pipeline<T>
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
   * Emits arrays of an item of each source, until the first has none: then the others are closed.
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
  partition(fn: (item: T) => unknown, options?: BranchOptions): [Pipeline<T>, Pipeline<T>]
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
