import type { Stage } from './api.ts'
import type { StageLineage } from './lineage/lineage.ts'
import type { Meter } from './meter.ts'
import type { Stopwatch } from './stopwatch.ts'

/** In place of an item: there is none. */
export const NONE: unique symbol = Symbol('none')

/** What an item leaves that is ready to. */
export interface Leaving {
  /** Whether the item that leaves next may be dropped before it does, and another one leave in its place. */
  readonly mayDrop?: boolean | undefined
  /** The item that leaves next; only when `ready`. The same until it has left, unless `mayDrop`. */
  peek(): unknown
  /** Takes that item; only when `ready`. */
  take(): unknown
}

/** What items come out of: the source or a stage, as what follows it sees it. */
export interface Upstream extends Leaving {
  readonly meter: Meter
  /** Whether an item may leave. Asked only when there is room for it, so that a source may begin to fetch one. */
  ready(): boolean
  /** Begins one call of those that wait for something else in the stage, if one may begin now: whether it did. Absent where none waits so. */
  readonly resume?: (() => boolean) | undefined
  /** What it gave at once has no place to go: it waits here after all. */
  hold?(item: unknown): void
  /** Whether no item is left and none will come. */
  readonly finished: boolean
}

/** What items go into: a stage or the output, as what precedes it sees it. */
export interface Downstream {
  readonly meter: Meter
  /** Whether it takes an item now. */
  readonly room: boolean
  /** No item will come any more. */
  end(): void
}

/** A stage at work. */
export interface ActiveStage extends Upstream, Downstream {
  /** Takes an item; only when there is room. Gives what leaves at once, as if it had waited and been taken; or `NONE`. */
  accept(item: unknown): unknown
  /** Undefined if there is more to the stage than one call for each item that comes. */
  readonly passage?: Passage | undefined
  /** How many items are here that the meter does not count. */
  readonly unseen?: number
  /** Whether it wants no more items: what comes before it has nothing to do any more. */
  readonly satisfied?: boolean
  /** Called once, when the run has ended or is about to and no call runs: frees what the stage holds. */
  readonly close?: (() => Promise<void> | void) | undefined
}

/**
 * A stage, as a way through while it is empty: with an item in place of `accept`, the meter is told, and the call is made. It stands for
 * so many `calls`, and is timed if it stands for any.
 */
export interface Passage extends Upstream {
  readonly call: (item: never, index: number, stage: Stage) => unknown
  readonly stage: Stage
  /** The call gave an item. */
  returned(beganMs: number, calls: number): void
  /** The call for that item gave a promise, or what stands for no item. */
  keep(item: unknown, index: number, result: unknown, beganMs: number, calls: number): void
  /** The call for that item failed. */
  fail(item: unknown, error: unknown, beganMs: number, calls: number): void
}

/** What the parts of a run need of the run. */
export interface Host {
  readonly stopwatch: Stopwatch
  /** Aborts when the run fails, or nobody wants items of this part of it any more. */
  readonly signal: AbortSignal
  /** Something has failed: the run does so with this error, if it has not already. Proceeds, too. */
  fail(error: unknown): void
  /** As `fail`, and leaves it to the caller to proceed. */
  failed(error: unknown): void
  /** A call has failed: the run does so too, at once or in the end, as it was told to. The caller proceeds. */
  failCall(error: unknown): void
  /** Something has changed that the schedule does not know of: moves what can move now. */
  proceed(): void
  /** As `proceed`, a microtask later: what happens often at the same time is then seen at once. */
  proceedSoon(): void
}

/** One stage of a pipeline, before it runs. */
export interface StagePlan {
  readonly name: string
  /** By how many items it may run ahead of what its concurrency allows. */
  readonly buffer: number
  /** Whether it may be satisfied before its upstream has ended. */
  readonly isCut?: boolean
  /** Whether it may make several items of one. */
  readonly isMaker?: boolean
  /** Whether it is the first one and reads whole sources: the items of the run are those it gives. */
  readonly isJoin?: boolean
  /** How it calls, if it does. */
  readonly calls?: { readonly concurrency: number; readonly ordered: boolean }
  /** Makes the stage of one run. */
  readonly open: (host: Host, place: Place) => ActiveStage
}

/** Which stage of a run one is. */
export interface Place {
  readonly name: string
  readonly buffer: number
  /** Whether the items in the run are limited together, and not by this stage. */
  readonly isShared: boolean
  /** Undefined where items are not tracked. */
  readonly lineage: StageLineage | undefined
}
