import type { Value } from '@millrace/channel'
import type { SharedSender } from '@millrace/mpmc/shared'
import type { Random } from '../random.ts'
import { type Ledger, MOST_VALUES } from './ledger.ts'
import type { Payload } from './payload.ts'

const BATCH = 48

/** A producer at work. */
export interface Sending {
  readonly sender: SharedSender<Value>
  readonly payload: Payload
  readonly ledger: Ledger
  readonly index: number
  readonly random: Random
  /** Whether this thread must not block, since others need its event loop. */
  readonly awaits: boolean
}

/** Sends the values that `make` gives, at most `most`, and answers how many are in the channel now. */
type Way = (sender: SharedSender<Value>, make: (ahead: number) => Value, random: Random) => Promise<number> | number

const awaiting: Record<string, Way> = {
  send: (sender, make) => sender.send(make(0)).then(() => 1),
  trySend: (sender, make) => (sender.trySend(make(0)) === 'sent' ? 1 : 0),
  async sendInTime(sender, make) {
    try {
      await sender.send(make(0), { timeoutMs: 1 })
      return 1
    } catch (error) {
      if (codeOf(error) === 'timeout') return 0
      throw error
    }
  },
  async sendMany(sender, make, random) {
    const values = Array.from({ length: 1 + random.below(BATCH) }, (_, ahead) => make(ahead))
    try {
      return await sender.sendMany(values)
    } catch (error) {
      return codeOf(error) === 'cut-short' ? (error as { sent: number }).sent : Promise.reject(error)
    }
  },
  async reserve(sender, make) {
    const permit = await sender.reserve()
    permit.send(make(0))
    return 1
  },
  async reserveMany(sender, make, random) {
    const permits = await sender.reserveMany(1 + random.below(sender.capacity))
    const used = random.below(permits.length + 1)
    try {
      for (const [i, permit] of permits.slice(0, used).entries()) permit.send(make(i))
    } finally {
      for (const permit of permits) permit[Symbol.dispose]()
    }
    return used
  },
}
const blocking: Record<string, Way> = {
  sendSync(sender, make) {
    sender.sendSync(make(0))
    return 1
  },
  sendSyncInTime(sender, make) {
    try {
      sender.sendSync(make(0), { timeoutMs: 1 })
      return 1
    } catch (error) {
      if (codeOf(error) === 'timeout') return 0
      throw error
    }
  },
}

/** The ways of sending, by the numbers that the ledger knows them by; 0 is whoever did not get that far. */
export const SENDING_WAYS: readonly string[] = ['begin', ...Object.keys(awaiting), ...Object.keys(blocking)]

/**
 * Sends one value after the other, each in a way that chance decides, until it is told to stop, has no more, or the channel
 * is closed.
 */
export async function sendAll({ sender, payload, ledger, index, random, awaits }: Sending): Promise<void> {
  const ways = Object.entries(awaits ? awaiting : { ...awaiting, ...blocking })
  let next = 0
  const make = (ahead: number): Value => {
    ledger.attempt(index, doing, next + ahead + 1)
    return payload.make(index, next + ahead)
  }
  let doing = 0
  try {
    while (!ledger.stopped && next + Math.max(BATCH, sender.capacity) < MOST_VALUES) {
      const [name, way] = random.of(ways)
      doing = SENDING_WAYS.indexOf(name)
      // A burst, so that a way is also met by the state it leads to itself.
      for (let i = random.below(8); i >= 0 && !ledger.stopped; i--) {
        if (next + Math.max(BATCH, sender.capacity) >= MOST_VALUES) break
        next += await way(sender, make, random)
        ledger.confirm(index, next)
      }
    }
  } catch (error) {
    if (codeOf(error) !== 'closed') throw error
  }
}

function codeOf(error: unknown): unknown {
  return (error as { code?: unknown } | undefined)?.code
}
