import type { Placed } from './heap.ts'

/** Where a message comes from that is in a dead-letter queue. */
interface Grave {
  readonly queue: string
  readonly id: string
}

/** A message in a queue: in one heap at a time, which its state tells. */
export interface Stored extends Placed {
  readonly number: number
  readonly id: string
  readonly body: Uint8Array
  readonly headers: Readonly<Record<string, string>>
  readonly bytes: number
  readonly priority: number
  readonly enqueuedAtMs: number
  /** Its time to live is over then. */
  readonly expiresAtMs: number
  readonly from: Grave | undefined
  state: 'ready' | 'delayed' | 'leased'
  /** When it becomes ready, or when its lease is over. */
  dueAtMs: number
  /** Its place among those of its priority: given once, when it becomes ready for the first time. */
  turn: number
  deliveries: number
}

/** What becomes a message. */
export type NewMessage = Pick<Stored, 'body' | 'headers' | 'bytes' | 'priority' | 'from'> & {
  readonly delayMs: number
  readonly ttlMs: number
  readonly dedupKey: string | undefined
}
