import type { Item } from './items.ts'

/** A pool under stress, as the producers and consumers of one thread see it. */
export interface Subject {
  /** Resolves when the item is in. Rejects with a `SubmitError`. Waits as long as it takes if no timeout is given. */
  submit(item: Item, timeoutMs: number | undefined): Promise<unknown>
  /** Resolves when all are in. Rejects with a `SubmitError` that says how many are. */
  submitMany(items: readonly Item[], timeoutMs: number | undefined): Promise<unknown>
  /** Waits for `count` items or until the time is over, and answers with what is there. Rejects with code `failed` if it took nothing. */
  drain(count: number, timeoutMs: number): Promise<readonly Item[]>
}

/** Items that are not in the pool: `full` or `closed`, or of which nobody knows: `doubtful`. */
export class SubmitError extends Error {
  override readonly name = 'SubmitError'
  readonly code: 'full' | 'closed' | 'doubtful'
  /** How many of the batch, from its first, are in. */
  readonly accepted: number

  constructor(code: 'full' | 'closed' | 'doubtful', accepted = 0, options?: ErrorOptions) {
    super(code, options)
    this.code = code
    this.accepted = accepted
  }
}

/** A drain that took nothing, for another reason than that nothing was there. */
export class DrainError extends Error {
  override readonly name = 'DrainError'
  readonly code = 'failed'
}

/** The code of an error, if it has one. */
export function codeOf(error: unknown): unknown {
  return (error as { code?: unknown } | undefined)?.code
}

/** What a run takes place on: a pool, wherever it is. */
export interface Ground {
  /** A view of the pool for one producer, or one consumer. */
  subject(): Subject
  /** Ends it. Nobody uses it any more. */
  close(): Promise<void>
}
