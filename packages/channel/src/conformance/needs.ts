import type { Overflow } from '../api.ts'
import type { Kind, Need } from './api.ts'
import type { Trial } from './trial.ts'

/** What is said of a kind, with the defaults filled in. */
interface Said {
  readonly capacity: number
  readonly overflow: Overflow
  readonly clonesReceivers: boolean
  readonly oneSender: boolean
  readonly local: boolean
}

const finite = ({ capacity }: Said): boolean => capacity < Number.POSITIVE_INFINITY
const has =
  (overflow: Overflow) =>
  (kind: Said): boolean =>
    finite(kind) && kind.overflow === overflow

const meanings: Record<Need, (kind: Said) => boolean> = {
  // Holds a value nobody waits for.
  buffers: ({ capacity }) => capacity >= 1,
  several: ({ capacity }) => capacity >= 2,
  rendezvous: ({ capacity }) => capacity === 0,
  bounded: (kind) => kind.capacity >= 1 && finite(kind),
  unbounded: (kind) => !finite(kind),
  // Answers "full".
  fills: (kind) => finite(kind) && kind.overflow !== 'drop-oldest',
  waits: has('wait'),
  // A send ends with its value in the channel, or the channel closed.
  lossless: (kind) => !finite(kind) || kind.overflow === 'wait',
  'drop-oldest': has('drop-oldest'),
  'drop-newest': has('drop-newest'),
  reject: has('reject'),
  'many receivers': ({ clonesReceivers }) => clonesReceivers,
  'one receiver': ({ clonesReceivers }) => !clonesReceivers,
  // Senders can be cloned, and hold room.
  'many senders': ({ oneSender }) => !oneSender,
  local: ({ local }) => local,
}

/** Whether a kind is all that is needed. */
export function meets(kind: Kind, needs: readonly Need[]): boolean {
  const { capacity, overflow = 'wait', clonesReceivers = false, oneSender = false, local = true } = kind
  return needs.every((need) => meanings[need]({ capacity, overflow, clonesReceivers, oneSender, local }))
}

/** The check of one claim. */
export type Proof = (trial: Trial) => Promise<void> | void

/** Proofs by verb and claim; a bare one is for every kind. */
export type Claims = Record<string, Record<string, Proof | Conditional>>

/** A proof for the kinds that are what it needs. */
export interface Conditional {
  /** What it needs. */
  readonly needs: readonly Need[]
  /** The proof. */
  readonly proof: Proof
}

/** A proof for the kinds that are all of this. */
export function given(...needs: readonly Need[]): (proof: Proof) => Conditional {
  return (proof) => ({ needs, proof })
}
