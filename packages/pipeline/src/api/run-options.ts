/** Settings of a run, and of what it reads. */
import type { CheckpointOptions } from '../lineage/ledger.ts'
import type { Cursor } from '../lineage/positions.ts'
import type { NameOptions } from './stage-options.ts'
import type { PipelineStats } from './stats.ts'

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
   * Everything made of the item has left the run: a call of the last stage has ended, a `for await` has been given it, it lies in the output; or with an error: that of a call that failed, or an `AbortError` with the code
   * `unprocessed`, whose cause the run failed with, if it ended before. Each item that was taken is
   * settled once; the run ends when all that this gives has settled, and fails if it fails. At most 256 are due before no more is taken.
   *
   * `merge`, `concat`, `zip`, `broadcast`, `partition` and `through` begin a pipeline of their own, which reads this one as a `for await` does:
   * an item has left when that one has taken it, whatever becomes of it there.
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
   * left, so that those are held where they help most. A new one is taken from the source when one has left. Arrays count as one; what a
   * `flatMap` or `flatten` makes of one counts as many, and behind it stages keep their own limits, too. `merge` and `concat` hold one of
   * each source that they read beside those.
   */
  readonly inFlight?: number | undefined
  /**
   * Tells which items of the source are fully processed: everything made of them has left the run, or was dropped. `from` takes the
   * cursor to go on behind them. Exact also for unordered stages; what a stage gathers over several items (`scan`, `dedupe`, `window`) is
   * not kept. Items whose calls failed are not processed. Throws `TypeError` for a join or a branch, whose items have no place in a source.
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
