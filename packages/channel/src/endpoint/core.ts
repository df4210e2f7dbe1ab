import type { Value } from '@millrace/ring'
import type { ChannelStats, SendOutcome } from '../api.ts'
import type { RoomWait, ValueWait } from './waits.ts'

/** Which side of a channel. */
export type Side = 'sender' | 'receiver'

/**
 * What endpoints are a view on: the state of one channel, wherever its values lie. Everything above it, senders, receivers,
 * permits, cases of select, is written once for all memories.
 */
export interface Core<T extends Value> {
  readonly lifecycle: Ending
  readonly capacity: number
  readonly length: number
  readonly free: number
  /** Counts an endpoint in. */
  attach(side: Side): void
  /** Counts an endpoint out and ends its waits: the last of a side closes the channel; after the last receiver what is left is dropped. */
  detach(side: Side, endpoint: object): void
  /** Sends if that needs no waiting. `value` is not undefined. */
  trySend(value: T): SendOutcome
  /** Sends the values at indexes `from` to below `to` for which there is room now; answers how many. */
  trySendMany(values: readonly T[], from: number, to: number): number
  /** What becomes of a value that found the channel full. Throws `FullError` if that is what the overflow says. */
  overflowing(value: T): 'waits' | 'dropped'
  /** Takes the oldest value that is not promised to somebody who waits; `undefined` if there is none. */
  take(): T | undefined
  /** Takes at most `max` values, as `take`. */
  takeMany(max: number): T[]
  /** What a receive that found nothing ends with, if the channel has ended; while others wait, they are ended first. */
  readonly end: { readonly error: unknown } | undefined
  /** Puts somebody at the end of those who wait for a value. */
  parkReceiver(wait: ValueWait<T>): void
  /** Puts somebody at the end of those who wait for room. */
  parkSender(wait: RoomWait<T>): void
  /** Keeps room, if it is there and nobody waits for it; where the oldest are dropped for a send, they are for this too. */
  tryHold(count: number): boolean
  /** Gives back room that was kept, with the value it was kept for or without. */
  release(value?: T): void
  /** Gives room that somebody who wanted more has left to those behind. */
  readmit(): void
  /** Changes the capacity. Those who wait for more room than there can ever be now are refused. */
  setCapacity(capacity: number): void
  close(side: Side, error: unknown): void
  stats(): ChannelStats
}

/** How far a channel is from its end. */
export interface Ending {
  /** Nothing more is accepted, except from permits. */
  readonly closed: boolean
  /** Nothing more is accepted, not even from permits. */
  readonly refuses: boolean
  /** Resolves at the close. */
  whenClosed(): Promise<void>
}
