import type { Message, QueueEngine } from '@millrace/queue'
import { Interrupted } from './interruption.ts'
import { messageJson, messageLines } from './message-text.ts'
import type { Output } from './output.ts'
import type { Context } from './verb.ts'

/** How messages are taken. */
export interface Taking {
  readonly max: number
  /** Waits for each, not only for the first. */
  readonly follows: boolean
  readonly isRaw: boolean
  readonly isAcked: boolean
  /** So many are taken at once, at most, and acknowledged at once: they are leased while others are written. */
  readonly batch: number
  readonly leaseMs: number | undefined
  /** How long is waited; without end if not given. */
  readonly waitMs: number | undefined
}

/** What was taken. */
export interface Taken {
  /** Messages that were written. */
  count: number
  /** Of these, those whose leases were over before they were acknowledged. */
  late: number
}

/**
 * Takes messages and writes them.
 *
 * INVARIANT  each message that was received is written, or given back before this ends, unless it came without a lease.
 */
export async function take(name: string, taking: Taking, context: Context): Promise<Taken> {
  const taken: Taken = { count: 0, late: 0 }
  const { engine, stop } = context
  const { max, follows, batch, leaseMs, waitMs } = taking
  // What has no lease cannot be given back, so there is never more than one of it.
  const most = leaseMs === 0 ? 1 : batch
  try {
    while (taken.count < max) {
      const timeoutMs = follows || taken.count === 0 ? waitMs : 0
      const messages = await engine.receive(name, {
        max: Math.min(most, max - taken.count),
        signal: stop,
        ...(leaseMs === undefined ? {} : { leaseMs }),
        ...(timeoutMs === undefined ? {} : { timeoutMs }),
      })
      if (messages.length === 0) break
      await hand(name, messages, taking, context, taken)
    }
  } catch (error) {
    // Ctrl-C is how following ends.
    if (!(follows && stop.aborted && stop.reason instanceof Interrupted)) throw stop.aborted ? stop.reason : error
  }
  return taken
}

async function hand(
  name: string,
  messages: readonly Message[],
  taking: Taking,
  { engine, output, stop }: Context,
  taken: Taken,
): Promise<void> {
  let written = 0
  try {
    for (const message of messages) {
      stop.throwIfAborted()
      await write(output, name, message, taking)
      written++
    }
  } finally {
    taken.count += written
    const [late] = await Promise.all([
      taking.isAcked ? acknowledge(engine, messages.slice(0, written)) : 0,
      giveBack(engine, messages.slice(written)),
    ])
    taken.late += late
  }
}

function write(output: Output, name: string, message: Message, { isRaw, isAcked }: Taking): Promise<void> {
  if (isRaw) return output.write(message.body)
  if (output.isJson) return output.json(messageJson(name, message))
  // A lease is of use to who has to acknowledge.
  return output.lines(messageLines(output, isAcked ? { ...message, lease: '' } : message))
}

/** How many were too late. */
async function acknowledge(engine: QueueEngine, messages: readonly Message[]): Promise<number> {
  const outcomes = await Promise.all(messages.map(({ lease }) => engine.ack(lease)))
  return outcomes.filter((outcome) => outcome !== 'acked').length
}

async function giveBack(engine: QueueEngine, messages: readonly Message[]): Promise<void> {
  const leased = messages.filter(({ lease }) => lease !== '')
  await Promise.all(leased.map(({ lease }) => engine.nack(lease)))
}
