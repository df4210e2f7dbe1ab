import type { Value } from '@millrace/ring'
import type { DropReason, Receiver, Sender } from '../api.ts'
import type { Kind } from './api.ts'
import { same, within } from './check.ts'

/** How many values `fill` puts where there is no end of room. */
const SOME = 3

const DEADLINE_MS = 10_000

/** A fresh channel under test, and what proofs do with it over and over. */
export interface Trial {
  /** Where values enter. */
  readonly sender: Sender<Value>
  /** Where values leave. */
  readonly receiver: Receiver<Value>
  /** The capacity the kind is said to have. */
  readonly capacity: number
  /** What `onDrop` was told. */
  readonly dropped: readonly (readonly [Value, DropReason])[]
  /** Sends until there is no room left, a few values if there always is; answers what lies in the channel: a, b, c … */
  fill(): string[]
  /** Receives this many values, one after the other. */
  take(count: number): Promise<(Value | undefined)[]>
  /** Sends a value to a receiver that waits for it, which works on every kind, and sees it arrive. */
  handOver(value: Value): Promise<void>
  /** Another receiver of the channel, where the kind says that there can be one. */
  cloneReceiver(): Receiver<Value>
}

/** Makes a channel of the kind, sees that the proof ends in time, and releases the channel however it ended. */
export async function onTrial(kind: Kind, proof: (trial: Trial) => Promise<void> | void): Promise<void> {
  const dropped: (readonly [Value, DropReason])[] = []
  const { capacity, overflow, deadlineMs = DEADLINE_MS } = kind
  const ends = await kind.make(capacity, { overflow, onDrop: (value, why) => dropped.push([value, why]) })
  const { sender, receiver } = ends
  try {
    const trial = { sender, receiver, capacity, dropped, ...habits(sender, receiver, capacity) }
    await within(deadlineMs, async () => proof(trial))
  } finally {
    await ends.release?.()
  }
}

function habits(
  sender: Sender<Value>,
  receiver: Receiver<Value>,
  capacity: number,
): Pick<Trial, 'fill' | 'take' | 'handOver' | 'cloneReceiver'> {
  return {
    fill: () => letters(capacity === Number.POSITIVE_INFINITY ? SOME : capacity, sender),
    async take(count) {
      const values: (Value | undefined)[] = []
      while (values.length < count) values.push(await receiver.receive())
      return values
    },
    async handOver(value) {
      const receiving = receiver.receive()
      await sender.send(value)
      same(await receiving, value)
    },
    cloneReceiver: () => (receiver as Receiver<Value> & { clone(): Receiver<Value> }).clone(),
  }
}

function letters(count: number, sender: Sender<Value>): string[] {
  return Array.from({ length: count }, (_, index) => {
    const letter = String.fromCharCode('a'.charCodeAt(0) + index)
    same(sender.trySend(letter), 'sent')
    return letter
  })
}
