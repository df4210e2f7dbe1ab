import type { Value } from '@millrace/ring'
import type { Overflow, OverflowOptions, Receiver, Sender } from '../api.ts'

/** Both ends of a fresh channel of the kind under test. */
export interface Ends {
  /** Where values enter. */
  readonly sender: Sender<Value>
  /** Where values leave. */
  readonly receiver: Receiver<Value>
  /** Frees what the channel stands on, such as a thread; called after the proof, whether it held or not. */
  readonly release?: () => unknown
}

/** Makes a fresh channel of this capacity, with the `overflow` and the `onDrop` it is given. */
export type Make = (capacity: number, options: OverflowOptions<Value>) => Ends | Promise<Ends>

/** What is said of a kind of channel. It decides which claims the kind has to keep. */
export interface Kind {
  /** Makes a fresh channel of the kind; an unbounded one need not look at the capacity. */
  readonly make: Make
  /** The most values it holds: 0 is a rendezvous, `Infinity` an unbounded channel. */
  readonly capacity: number
  /** What a send does when it is full. Default: `"wait"`. */
  readonly overflow?: Overflow | undefined
  /** Whether its receivers have `clone`. Default: `false`. */
  readonly clonesReceivers?: boolean | undefined
  /** Whether it was made for one sender, which cannot be cloned and holds no room. Default: `false`. */
  readonly oneSender?: boolean | undefined
  /**
   * Whether it lives in one event loop: any value fits, newcomers never overtake, what a call makes possible is done before the call
   * returns, and the capacity can change. Default: `true`. Without it order is promised among those who wait in one thread, and outcomes are awaited.
   */
  readonly local?: boolean | undefined
  /** How long a claim may take before it counts as broken, in milliseconds. Default: 10 000. */
  readonly deadlineMs?: number | undefined
}

/** What a kind of channel may be, and a claim may need; which kind is what is said in `needs.ts`. */
export type Need =
  | 'buffers'
  | 'several'
  | 'rendezvous'
  | 'bounded'
  | 'unbounded'
  | 'fills'
  | 'waits'
  | 'lossless'
  | 'drop-oldest'
  | 'drop-newest'
  | 'reject'
  | 'many receivers'
  | 'one receiver'
  | 'many senders'
  | 'local'

/** One promise of the contract, with the check that proves it. It knows no test runner: it rejects when it does not hold. */
export interface Claim {
  /** What is done: the group of the claim. */
  readonly verb: string
  /** The promise, in plain words. */
  readonly claim: string
  /** What a kind has to be for the promise to make sense; empty if every kind keeps it. */
  readonly needs: readonly Need[]
  /** Proves it on a fresh channel. */
  readonly run: () => Promise<void>
}
