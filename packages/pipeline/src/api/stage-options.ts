/** Settings of the stages. */
import type { Sender } from '@millrace/mpsc'
import type { Adjustable } from '../adjustable.ts'

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

/** Settings of a stage that reads the iterables it is given. */
export interface FlattenOptions {
  /** How many are read at a time: a number, or an `adjustable` that is changed while they are. 1 if not given. */
  readonly concurrency?: number | Adjustable | undefined
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
  /** Told of each item that is dropped. What it throws, or its promise fails with, fails the run; nothing waits for that promise. */
  readonly onDrop?: ((item: T) => unknown) | undefined
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
