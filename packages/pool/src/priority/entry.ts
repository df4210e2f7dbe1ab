import type { Ticket, TicketState } from './api.ts'

/**
 * One item in its pool.
 *
 * INVARIANT  `stamp` changes whenever it stops being queued, so that a copy an order has kept is known to be old.
 */
export class Entry<T> implements Ticket<T> {
  /** Whose it is. */
  readonly stock: object
  readonly item: T
  readonly priority: number
  /** What it is ordered by: the priority, or with ageing one that is true for ever. */
  readonly rank: number
  /** Its number among those that came in: of equal ranks the lower is first. */
  readonly sequence: number
  readonly key: string | undefined
  readonly expiresAt: number | undefined
  state: TicketState = 'queued'
  stamp = 0
  /** Whether it took the place of one with the same key. */
  hasReplaced = false
  /** Links, owned by the buckets. */
  previous: Entry<T> | undefined
  /** Links, owned by the buckets. */
  next: Entry<T> | undefined

  constructor(
    stock: object,
    item: T,
    priority: number,
    rank: number,
    sequence: number,
    key: string | undefined,
    expiresAt: number | undefined,
  ) {
    this.stock = stock
    this.item = item
    this.priority = priority
    this.rank = rank
    this.sequence = sequence
    this.key = key
    this.expiresAt = expiresAt
  }

  /** It is no longer queued. */
  leave(state: TicketState): void {
    this.state = state
    this.stamp++
  }
}

/** Keeps queued entries in order. An entry is told as gone after it was given a new stamp. */
export interface Order<T> {
  /** How many there are. */
  readonly length: number
  /** Puts one in, also one that was in before. */
  push(entry: Entry<T>): void
  /** Takes out the first, which is in that state then. */
  pop(state: TicketState): Entry<T> | undefined
  /** The one that would be taken first. */
  first(): Entry<T> | undefined
  /** The one that would be taken last. */
  last(): Entry<T> | undefined
  /** One that was in is gone: it has left. Its links are as they were. */
  gone(entry: Entry<T>): void
  /** All, in no order. */
  entries(): Entry<T>[]
}
