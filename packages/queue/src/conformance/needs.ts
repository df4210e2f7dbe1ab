import type { Kind, Need } from './api.ts'
import type { Trial } from './trial.ts'

const meanings: Record<Need, (kind: Kind) => boolean> = {
  // Times are exact.
  'wound clock': ({ windsClock = false }) => windsClock,
  // Timers of the program and leases go by the same time.
  'real clock': ({ windsClock = false }) => !windsClock,
  connections: ({ connects = false }) => connects,
  reopening: ({ reopens = false }) => reopens,
  'order of waits': ({ ordersWaits = true }) => ordersWaits,
}

/** Whether a kind is all that is needed. */
export function meets(kind: Kind, needs: readonly Need[]): boolean {
  return needs.every((need) => meanings[need](kind))
}

/** The check of one claim. */
export type Proof = (trial: Trial) => Promise<void>

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
