import type { ByNumber } from '../by-number.ts'
import type { KnownKey } from './dedup.ts'
import type { Stored } from './stored.ts'

/** Which delivery of which message a lease is for. */
export interface LeaseOf {
  /** That of the state which gave it. */
  readonly epoch: number
  readonly number: number
  readonly delivery: number
}

/** What a queue has seen. */
export interface Tallies {
  sent: number
  delivered: number
  acked: number
  returned: number
  dead: number
  expired: number
  purged: number
  duplicates: number
}

/** Nothing seen yet. */
export function noTallies(): Tallies {
  return { sent: 0, delivered: 0, acked: 0, returned: 0, dead: 0, expired: 0, purged: 0, duplicates: 0 }
}

/** Why a message is no more: `taken` without a lease, `moved` by a redrive, the others as in the tallies. */
export type Why = 'acked' | 'taken' | 'moved' | 'dead' | 'expired' | 'purged'

/** Told of all changes, in their order: of each message what it becomes. With that, and the time, the state can be restored. */
export interface Changes {
  sent(message: Stored, key: KnownKey | undefined): void
  leased(message: Stored): void
  /** Its lease ends at another time. */
  extended(message: Stored): void
  /** Given back, or its lease is over: ready, or delayed. */
  returned(message: Stored): void
  gone(message: Stored, why: Why): void
}

/** What a state was when it was last heard of. */
export interface Remembered {
  /** They are put in heaps, and have turns, when they are filled in; this is the state's then. */
  readonly messages: ByNumber<Stored>
  /** Of those that were leased. */
  readonly epochs: ReadonlyMap<number, number>
  readonly keys: Iterable<KnownKey>
  readonly nextNumber: number
  readonly tallies: Tallies
}

/** Nobody is told. */
export const UNHEARD: Changes = { sent() {}, leased() {}, extended() {}, returned() {}, gone() {} }
