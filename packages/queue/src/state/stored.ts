import type { Placed } from './heap.ts'

/** Where a message comes from that is in a dead-letter queue. */
export interface Origin {
  readonly queue: string
  readonly id: string
  /** Where it came from before, if that was one, too. */
  readonly from: Origin | undefined
}

/** A message in a queue: in one place at a time, which its state tells. */
export interface Stored extends Placed {
  /** Its id, as a number: they rise in the order in which messages are sent. */
  readonly number: number
  /** Where its body is in memory, perhaps with those of others; undefined if it is on the disk alone. */
  body: Uint8Array | undefined
  /** Where its body begins there. */
  readonly start: number
  /** Bytes of its body. */
  readonly length: number
  readonly headers: Readonly<Record<string, string>>
  readonly bytes: number
  readonly priority: number
  readonly enqueuedAtMs: number
  readonly from: Origin | undefined
  /** When its time to live is over, if it is never received; undefined if never, or once it was. */
  expiry: Expiry | undefined
  /** When it became, or becomes, ready for the first time. */
  readyAtMs: number
  state: 'ready' | 'delayed' | 'leased'
  /** When it becomes ready, or when its lease is over. */
  dueAtMs: number
  /** Its place among those of its priority: given once, when it becomes ready for the first time. */
  turn: number
  deliveries: number
  /** Its number in the list of those that are ready, where it is in that. */
  slot: number
  /** The part of the log where it stands; 0 without a log. */
  segment: number
  /** Where its body begins in that. */
  offset: number
  /** The CRC-32 of its body there, as an int32, which takes no memory of its own; undefined if the body is lost. */
  crc: number | undefined
}

/** The end of a time to live. */
export interface Expiry extends Placed {
  readonly atMs: number
  readonly message: Stored
}

/** What becomes a message. */
export type NewMessage = Pick<Stored, 'body' | 'start' | 'length' | 'headers' | 'bytes' | 'priority' | 'from'> & {
  readonly delayMs: number
  readonly ttlMs: number
  readonly dedupKey: string | undefined
}

/** How large what is taken may be. */
export interface Sizes {
  /** So many bytes together, but one message whatever its size, … */
  readonly maxBytes: number
  /** … if it has no more than so many. */
  readonly maxMessageBytes: number
}

/** As large as there are. */
export const ANY_SIZE: Sizes = { maxBytes: Number.POSITIVE_INFINITY, maxMessageBytes: Number.POSITIVE_INFINITY }
