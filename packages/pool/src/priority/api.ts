import type { WaitOptions } from '@millrace/notify'

/** Settings of a priority pool, fixed at construction. */
export interface PriorityPoolOptions<T> {
  /** At most this many items, those that are held included, exactly. */
  readonly capacity: number
  /** The priority of an item for which the submit gives none; the higher the sooner. 0 for all if not given. */
  readonly priority?: ((item: T) => number) | undefined
  /** In place of priorities: negative if `a` is to be drained before `b`, 0 if the earlier one is. */
  readonly compare?: ((a: T, b: T) => number) | undefined
  /**
   * What a submit does when the pool is full: wait for room (if not given), reject with code `full`, or put out the item that
   * would be drained last, if that is due after the new one.
   */
  readonly overflow?: 'wait' | 'reject' | 'evict-lowest' | undefined
  /** Told of each item that leaves the pool without being drained or removed. What it throws is an uncaught exception. */
  readonly onEvict?: ((item: T, reason: EvictReason) => void) | undefined
  /** How long an item may wait for which the submit says nothing, in milliseconds. For ever if not given. */
  readonly ttlMs?: number | undefined
  /** Against starvation: an item counts for one priority more each time it has waited so many milliseconds. Never if not given. */
  readonly ageingMs?: number | undefined
  /** Forces how items are kept: `buckets` takes integers from 0 to 1,023 only. By the priorities that come if not given. */
  readonly structure?: 'heap' | 'buckets' | undefined
  /** Tells the time in milliseconds, for ttl and ageing; `performance` if not given. */
  readonly clock?: { now(): number } | undefined
}

/** Why an item left without being drained: another one took its place, its time was over, or one with the same key came that is due earlier. */
export type EvictReason = 'evicted' | 'expired' | 'replaced'

/** Settings of one item. */
export interface ItemOptions {
  /** In place of the pool's `priority`. */
  readonly priority?: number | undefined
  /**
   * Of items with the same key one can be drained: a later one takes its place if it is due before it, and else does not come in. Due
   * before it: its priority is higher; in a pool with ageing, by more than the other has gained by waiting. An item that is held
   * leaves its key to others; when it goes back to one with its key, that one stays if it is due first, else the item that was held.
   */
  readonly key?: string | undefined
  /** In place of the pool's `ttlMs`; it counts from when the item comes in. */
  readonly ttlMs?: number | undefined
}

/**
 * Where an item is.
 *
 *     queued ⇄ held ──▶ drained
 *        └──▶ evicted, expired, replaced or removed          duplicate: it never came in
 */
export type TicketState = 'queued' | 'held' | 'drained' | EvictReason | 'removed' | 'duplicate'

/** What a submit gives: the item's place in the pool, for `remove`. */
export interface Ticket<T> {
  /** The item. */
  readonly item: T
  /** Its priority; 0 in a pool that compares. */
  readonly priority: number
  /** Where it is now. */
  readonly state: TicketState
}

/** How a submit ended that does not wait. `replaced`: it came in, in the place of one with the same key. */
export type SubmitOutcome = 'submitted' | 'replaced' | 'duplicate' | 'full' | 'closed'

/**
 * Items that were taken and may still go back. They count against the capacity until they are settled, which is done once:
 * a second call of either does nothing.
 */
export interface Held<T> extends Disposable {
  /** In the order of a drain. */
  readonly items: readonly T[]
  /** The priority of each; undefined in a pool with `compare`, whose items have none. */
  readonly priorities: readonly number[] | undefined
  /** They are drained, and their room is free. */
  release(): void
  /**
   * They are where they were, before all that came later with the same priority; also when the pool was closed meanwhile. Those that
   * have expired are not, nor those whose key has one that is due first.
   */
  putBack(): void
  /** `putBack`. */
  [Symbol.dispose](): void
}

/** How a pool is, and what it did since it was made. submitted = drained + evicted + expired + replaced + removed + length + held. */
export interface PriorityPoolStats {
  /** The most items it holds. */
  readonly capacity: number
  /** Items that can be drained now. */
  readonly length: number
  /** Items that were taken by `hold` and are not settled. */
  readonly held: number
  /** Submits that wait for room. */
  readonly waitingSubmits: number
  /** Drains that wait for items. */
  readonly waitingDrains: number
  /** Items that came in. */
  readonly submitted: number
  /** Items that were drained. */
  readonly drained: number
  /** Items that went back after they had been held, counted each time. */
  readonly putBack: number
  /** Items that another one put out. */
  readonly evicted: number
  /** Items whose time was over. */
  readonly expired: number
  /** Items that one with the same key put out. */
  readonly replaced: number
  /** Items that were removed or cleared. */
  readonly removed: number
  /** Items that did not come in since one with their key was there. */
  readonly duplicates: number
  /** Items that did not come in since the pool was full. */
  readonly rejected: number
}

/**
 * Bounded items, drained in the order of their priority; of equal ones the earlier is first.
 *
 * Submits that wait come in in the order they began, and waiting drains are served in theirs. A submit or a drain that gives up
 * changes nothing. After `close` what is there can still be drained.
 */
export interface PriorityPool<T> extends AsyncIterable<T>, AsyncDisposable {
  /** The most items it holds. */
  readonly capacity: number
  /** Items that can be drained now. */
  readonly length: number
  /** How many more would come in now. */
  readonly free: number
  /** Whether it takes no item any more. */
  readonly closed: boolean
  /**
   * Puts an item in and resolves with its ticket once it is in, so awaiting it is backpressure. A ticket in state `duplicate` says
   * that one with its key is there.
   *
   * Rejects with `PoolError` of code `closed`, or `full` unless `overflow` is `wait`, each with the item as `value`; with
   * `signal.reason`, or with `TimeoutError` after `timeoutMs`. Throws `TypeError` or `RangeError` for a wrong option or priority.
   * Costs O(1) for small integer priorities, else O(log n).
   */
  submit(item: T, options?: ItemOptions & WaitOptions): Promise<Ticket<T>>
  /** Puts an item in if there is room now and nobody waits for it. Costs less than `submit`, which makes a ticket. */
  trySubmit(item: T, options?: ItemOptions): SubmitOutcome
  /**
   * Submits one item after the other and resolves with how many there were. Cut short, it rejects with a `CutShortError`: `sent` of
   * them are in, and `rest` are the others.
   */
  submitMany(items: Iterable<T>, options?: ItemOptions & WaitOptions): Promise<number>
  /**
   * Waits until there are `n` items, or the pool is full, and takes them, at most `n`; after `timeoutMs`, or once the pool is closed,
   * it takes what is there, which may be nothing. An abort rejects with `signal.reason` and takes nothing.
   */
  drain(n: number, options?: WaitOptions): Promise<T[]>
  /** Takes at most `n` items that are there, also while drains wait for more than that; so does a `drain` with `timeoutMs: 0`. */
  tryDrain(n: number): T[]
  /** Takes the first item; `undefined` if there is none. */
  tryTake(): T | undefined
  /** Takes items as `drain` does, but they may still go back. */
  hold(n: number, options?: WaitOptions): Promise<Held<T>>
  /** Takes items as `tryDrain` does, but they may still go back. */
  tryHold(n: number): Held<T>
  /** The first item; it stays. */
  peek(): T | undefined
  /** Takes out the item of a ticket, or all for which the predicate says so, and hands them back in order. Held ones stay. */
  remove(which: Ticket<T> | ((item: T, priority: number) => boolean)): T[]
  /** Takes out all items and hands them back in order. Held ones stay. */
  clear(): T[]
  /** Takes no item any more: submits that wait reject, drains that wait take what is there. Idempotent. */
  close(): void
  /** Resolves when the pool is closed and nothing is left in it, held items included. */
  whenClosed(): Promise<void>
  /** How it is now, and what it did. */
  stats(): PriorityPoolStats
  /** Takes one item after the other, until the pool is closed and empty. Leaving it early takes nothing and closes nothing. */
  [Symbol.asyncIterator](): AsyncIterator<T, undefined>
  /** `close`, and waits until what is left was drained. */
  [Symbol.asyncDispose](): Promise<void>
}
