import type { QueueEngine } from '../api.ts'

/** A fresh engine without queues, and what can be done with what it stands on. */
export interface Made {
  /** The engine under test. It is closed after the proof. */
  readonly engine: QueueEngine
  /** Lets so much time go by, for a kind with `windsClock`: what is due then has happened when it resolves. */
  readonly advance?: ((ms: number) => Promise<void>) | undefined
  /** Another engine on the same queues, for a kind with `connects`. It is closed after the proof. */
  readonly connect?: (() => Promise<QueueEngine>) | undefined
  /** Closes the engine and opens it anew, for a kind with `reopens`. */
  readonly reopen?: (() => Promise<QueueEngine>) | undefined
  /** Frees what the engine stands on, such as a folder or a server; called after the proof, whether it held or not. */
  readonly release?: (() => unknown) | undefined
}

/** Makes a fresh engine without queues. */
export type Make = () => Promise<Made>

/** What is said of a kind of engine. It decides which claims the kind has to keep. */
export interface Kind {
  /** Makes a fresh engine of the kind. */
  readonly make: Make
  /**
   * Whether the clock of leases, delays and times to live goes on only by `advance`. Waits go by real time all the same. Default: `false`, it is
   * that of the real world.
   */
  readonly windsClock?: boolean | undefined
  /** Whether several engines work on the same queues, and `connect` gives another. Default: `false`. */
  readonly connects?: boolean | undefined
  /** Whether the queues outlive the engine, and `reopen` gives the next. Default: `false`. */
  readonly reopens?: boolean | undefined
  /** Whether `stats` counts all who wait, and they are served in the order they began. Default: `true`. */
  readonly ordersWaits?: boolean | undefined
  /** How long a claim may take before it counts as broken, in milliseconds. Default: 10 000. */
  readonly deadlineMs?: number | undefined
}

/** What a kind of engine may be, and a claim may need; which kind is what is said in `needs.ts`. */
export type Need = 'wound clock' | 'real clock' | 'connections' | 'reopening' | 'order of waits'

/** One promise of the contract, with the check that proves it. It knows no test runner: it rejects when it does not hold. */
export interface Claim {
  /** What is done: the group of the claim. */
  readonly verb: string
  /** The promise, in plain words. */
  readonly claim: string
  /** What a kind has to be for the promise to make sense; empty if every kind keeps it. */
  readonly needs: readonly Need[]
  /** Proves it on a fresh engine. */
  readonly run: () => Promise<void>
}
