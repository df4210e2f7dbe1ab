/** How a run stands, and how it went. */

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
  /**
   * Calls that failed for good, after all attempts, whatever became of the item: it was dropped, sent to a dead letter channel, made a result
   * that is not well, or ended the run. Also what else fails: a source, a rule, a key. What fails once the signal of the stage has aborted is not counted.
   */
  readonly errors: number
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
