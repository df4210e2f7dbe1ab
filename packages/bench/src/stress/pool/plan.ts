import type { Range } from './items.ts'

/** What can be put under stress. */
export type Implementation = 'naive' | 'heap' | 'bucket' | 'shared' | 'http'

/** All there are. */
export const IMPLEMENTATIONS: readonly Implementation[] = ['naive', 'heap', 'bucket', 'shared', 'http']

/** All that is decided before a run. */
export interface Plan {
  readonly implementation: Implementation
  readonly producers: number
  readonly consumers: number
  /** Of each producer, at most. */
  readonly items: number
  readonly batch: number
  readonly drainIntervalMs: number
  readonly drainTimeoutMs: number
  readonly submitBatch: number
  /** How long a submit may wait; as long as it takes if not given. */
  readonly submitTimeoutMs: number | undefined
  /** How many items the pool holds before submitters wait. */
  readonly capacity: number
  readonly seconds: number
  /** Items a second of each producer; as fast as they can if not given. */
  readonly rate: number | undefined
  readonly payloadBytes: Range
  readonly priorities: Range
  readonly seed: number
  /** Where the server listens; 0 picks a free port. */
  readonly httpPort: number
}
