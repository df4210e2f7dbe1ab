import type { QueueEngine } from '../api.ts'
import type { Kind, Made } from './api.ts'
import { same, turn, within } from './check.ts'
import { heard, watchRejections } from './watch.ts'

const DEADLINE_MS = 10_000

/** A time that is over soon: what has to happen after it is waited for. */
export const SHORT = 30

/** A time that is not over before the claim is: what must not happen before. */
export const LONG = 3_600_000

/** A fresh engine under test, and what proofs do with it over and over. */
export interface Trial {
  /** The engine. */
  readonly queues: QueueEngine
  /** Lets at least so many milliseconds go by; exactly so many of a clock that is wound. */
  pass(ms: number): Promise<void>
  /** Another engine on the same queues, where the kind says that there can be one. */
  connect(): Promise<QueueEngine>
  /** Closes the engine and gives the next on the same queues, where the kind says that they outlive it. */
  reopen(): Promise<QueueEngine>
  /** Whether `reopen` can be called. */
  readonly reopens: boolean
  /** Whether `pass` is exact. */
  readonly windsClock: boolean
}

/** Makes an engine of the kind, sees that the proof ends in time and leaves no rejection unheard, and releases the engine however it ended. */
export async function onTrial(kind: Kind, proof: (trial: Trial) => Promise<void>): Promise<void> {
  const { deadlineMs = DEADLINE_MS } = kind
  const watch = watchRejections()
  try {
    const made = await kind.make()
    const opened = [made.engine]
    try {
      await within(deadlineMs, async () => proof(trialOf(kind, made, opened)))
    } finally {
      for (const engine of opened) await engine.close()
      await made.release?.()
    }
    await turn()
    same(watch.unheard, [], 'of rejections that nobody hears ')
  } finally {
    watch.stop()
  }
}

function trialOf({ windsClock = false, reopens = false }: Kind, made: Made, opened: QueueEngine[]): Trial {
  const next = async (name: 'connect' | 'reopen'): Promise<QueueEngine> => {
    const engine = await member(made, name)()
    opened.push(engine)
    return heard(engine)
  }
  return {
    queues: heard(made.engine),
    // A timer may be a little early, and the clock of an engine is not that of timers.
    pass: (ms) => (windsClock ? member(made, 'advance')(ms) : new Promise((resolve) => setTimeout(resolve, ms + 5))),
    connect: () => next('connect'),
    reopen: () => next('reopen'),
    reopens,
    windsClock,
  }
}

function member<N extends 'advance' | 'connect' | 'reopen'>(made: Made, name: N): NonNullable<Made[N]> {
  const call = made[name]
  if (call === undefined) throw new TypeError(`make: what is said of the kind needs ${name}, and make does not give it`)
  return call as NonNullable<Made[N]>
}
