import type { PoolTask } from '../task.ts'
import type { Pace } from './pace.ts'

/** A task in the lane of a thread. */
export interface Run {
  readonly task: PoolTask
  readonly position: number
  readonly pace: Pace
  /** What its thread counts it for, in microseconds. */
  readonly us: number
  /** Whether it was told as started. */
  hasBegun: boolean
  /** Why the task is to end, once that is asked for. */
  cancelled: { readonly reason: unknown } | undefined
}

/** How a thread ended. */
export interface Death {
  readonly exitCode: number
  /** What it threw, or why it could not load; undefined if it left without a word. */
  readonly cause: unknown
  /** The task that had started and goes with it. */
  readonly run: Run | undefined
  /** Tasks that had not started, in order. */
  readonly unstarted: readonly PoolTask[]
  /** Whether the pool wanted it to end. */
  readonly wasAsked: boolean
}
