import type { Value } from '@millrace/ring'
import type { Receiver, Sender } from '../api.ts'

/** Both ends of a fresh channel of the variant under test. */
export interface Ends {
  /** Where values enter. */
  readonly sender: Sender<Value>
  /** Where values leave. */
  readonly receiver: Receiver<Value>
}

/** One promise of the contract, with the check that proves it. It knows no test runner: it rejects when it does not hold. */
export interface Claim {
  /** What is done: the group of the claim. */
  readonly verb: string
  /** The promise, in plain words. */
  readonly claim: string
  /** Proves it on a fresh channel. */
  readonly run: () => Promise<void>
}

/** Proofs by verb and claim; each gets a channel of capacity 2. */
export type Claims = Record<string, Record<string, (ends: Ends) => Promise<void>>>
