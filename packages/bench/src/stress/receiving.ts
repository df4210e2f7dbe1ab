import type { Value } from '@millrace/channel'
import type { SharedReceiver } from '@millrace/mpmc/shared'
import type { Random } from '../random.ts'
import type { Ledger } from './ledger.ts'
import type { Payload } from './payload.ts'

const BATCH = 48

/** A consumer at work. */
export interface Receiving {
  readonly receiver: SharedReceiver<Value>
  readonly payload: Payload
  readonly ledger: Ledger
  readonly index: number
  readonly random: Random
  /** Whether this thread must not block, since others need its event loop. */
  readonly awaits: boolean
}

/** What a way of receiving came back with; `undefined` for nothing, be it the end or that none was there. */
type Catch = Iterable<Value> | undefined
/** Receives at most `max` values. */
type Way = (receiver: SharedReceiver<Value>, max: number) => Promise<Catch> | Catch

const awaiting: Record<string, Way> = {
  receive: async (receiver) => one(await receiver.receive()),
  tryReceive: (receiver) => one(receiver.tryReceive()),
  receiveInTime: (receiver) => inTime(async () => one(await receiver.receive({ timeoutMs: 1 }))),
  receiveMany: (receiver, max) => receiver.receiveMany(max),
  async iterate(receiver) {
    for await (const value of receiver) return [value]
    return undefined
  },
}
const blocking: Record<string, Way> = {
  receiveSync: (receiver) => one(receiver.receiveSync()),
  receiveSyncInTime: (receiver) => inTime(() => one(receiver.receiveSync({ timeoutMs: 1 }))),
  receiveManySync: (receiver, max) => receiver.receiveManySync(max),
}
const ofNumbers: Record<string, Way> = {
  async receiveInto(receiver, max) {
    const array = new Uint32Array(max)
    return array.subarray(0, await receiver.receiveInto(array))
  },
}
const ofBytes: Record<string, Way> = {
  tryBorrow: (receiver) => one(receiver.tryBorrow(copy)?.value),
}

/** The ways of receiving, by the numbers that the ledger knows them by; 0 is whoever did not get that far. */
export const RECEIVING_WAYS: readonly string[] = [
  'begin',
  ...[awaiting, blocking, ofNumbers, ofBytes].flatMap((ways) => Object.keys(ways)),
]
const SINGLE: ReadonlySet<string> = new Set(
  RECEIVING_WAYS.filter((name) => !name.includes('Many') && !name.includes('Into')),
)

/** Receives in ways that chance decides until the channel is closed and drained, and counts what it gets. */
export async function receiveAll(receiving: Receiving): Promise<void> {
  const { receiver, payload, ledger, index, random, awaits } = receiving
  const ways = Object.entries({
    ...awaiting,
    ...(awaits ? {} : blocking),
    ...(payload.codec.words === undefined ? ofBytes : ofNumbers),
  })
  const count = counter(receiving)
  for (;;) {
    const [name, way] = random.of(ways)
    const max = SINGLE.has(name) ? 1 : 1 + random.below(BATCH)
    const doing = RECEIVING_WAYS.indexOf(name)
    for (let i = random.below(8); i >= 0; i--) {
      ledger.ask(index, doing, max)
      for (const value of (await way(receiver, max)) ?? []) count(value)
      ledger.ask(index, doing, 0)
    }
    // Only a receive that waits can tell the end from nothing.
    if (!receiver.closed || receiver.length > 0) continue
    ledger.ask(index, RECEIVING_WAYS.indexOf('receive'), 1)
    const value = await receiver.receive()
    if (value === undefined) return
    count(value)
  }
}

function counter({ payload, ledger, index }: Receiving): (value: Value) => void {
  const last = new Map<number, number>()
  return (value) => {
    const origin = payload.read(value as number | Uint8Array)
    if (origin === undefined) {
      ledger.noteTorn()
      return
    }
    const { producer, number } = origin
    if (number <= (last.get(producer) ?? -1)) ledger.noteOvertaken()
    last.set(producer, number)
    ledger.count(index, producer, number)
  }
}

function one(value: Value | undefined): Catch {
  return value === undefined ? undefined : [value]
}

function copy(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes)
}

async function inTime(receive: () => Promise<Catch> | Catch): Promise<Catch> {
  try {
    return await receive()
  } catch (error) {
    if ((error as { code?: unknown }).code === 'timeout') return undefined
    throw error
  }
}
