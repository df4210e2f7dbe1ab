import type { Value } from '@millrace/channel'
import type { Codec } from '@millrace/ring/codec'
import { attachReceiver, attachSender, type SharedHandle, type SharedSender } from '../../src/shared.ts'

type Say = (word: string) => void

interface Numbers {
  readonly handle: SharedHandle<number>
}

/** Sends numbers from `from` to below `to` in one of the ways; `sent[0]` is how many went in. */
export async function sends(
  part: Numbers & { from: number; to: number; way: SendWay; sent?: Int32Array },
): Promise<number> {
  const sender = attachSender(part.handle)
  for (let value = part.from; value < part.to; value++) {
    await ways[part.way](sender, value)
    if (part.sent !== undefined) Atomics.store(part.sent, 0, value - part.from + 1)
  }
  sender[Symbol.dispose]()
  return part.to - part.from
}

/** Sends records that say whose they are, each in another length. */
export async function sendsRecords(part: {
  handle: SharedHandle<Uint8Array>
  who: number
  count: number
}): Promise<void> {
  const sender = attachSender(part.handle)
  for (let number = 0; number < part.count; number++) {
    const record = new Uint8Array(5 + (number % 60)).fill(part.who)
    new DataView(record.buffer).setUint32(1, number)
    await sender.send(record)
  }
  sender[Symbol.dispose]()
}

/** Receives until the end; answers all it got. */
export async function receives(
  { handle, sync }: { handle: SharedHandle<Value>; sync?: boolean },
  say: Say,
): Promise<Value[]> {
  const receiver = attachReceiver(handle)
  say('attached')
  const values: Value[] = []
  if (sync)
    for (let value = receiver.receiveSync(); value !== undefined; value = receiver.receiveSync()) values.push(value)
  else for await (const value of receiver) values.push(value)
  return values
}

/** Answers each number that comes with one more, both ways blocking. */
export function answers({ handle, back }: Numbers & { back: SharedHandle<number> }): void {
  const receiver = attachReceiver(handle)
  const sender = attachSender(back)
  for (let value = receiver.receiveSync(); value !== undefined; value = receiver.receiveSync())
    sender.sendSync(value + 1)
  sender[Symbol.dispose]()
}

/** Waits for a value and tells how that ended. */
export async function waitsForValue({ handle, sync }: Numbers & { sync: boolean }, say: Say): Promise<Ending> {
  const receiver = attachReceiver(handle)
  say('attached')
  return ending(() => (sync ? receiver.receiveSync() : receiver.receive()))
}

/** Fills the channel, waits to send one more and tells how that ended. */
export async function waitsForRoom({ handle, sync }: Numbers & { sync: boolean }, say: Say): Promise<Ending> {
  const sender = attachSender(handle)
  for (let value = 0; sender.trySend(value) === 'sent'; value++);
  say('full')
  return ending(() => (sync ? sender.sendSync(99) : sender.send(99)))
}

/** Closes, from the sending side, with an error. */
export function closes({ handle, code }: Numbers & { code: string }): void {
  const sender = attachSender(handle)
  sender.close(Object.assign(new RangeError('out of paper'), { code }))
}

/** Borrows what comes, blocking, and answers the sums of the bytes. */
export function borrows({ handle }: { handle: SharedHandle<Uint8Array> }): number[] {
  const receiver = attachReceiver(handle)
  const sums: number[] = []
  for (;;) {
    const lent = receiver.borrowSync((bytes) => bytes.reduce((sum, byte) => sum + byte, 0))
    if (lent === undefined) return sums
    sums.push(lent.value)
  }
}

/** Holds an endpoint until a message comes, then disposes it. */
export async function holds(
  { handle, side }: { handle: SharedHandle<Value>; side: 'sender' | 'receiver' },
  say: Say,
): Promise<void> {
  const endpoint = side === 'sender' ? attachSender(handle) : attachReceiver(handle)
  say('attached')
  await message()
  endpoint[Symbol.dispose]()
  say('disposed')
}

/** Attaches a receiver and starts another thread that holds a sender. */
export async function startsAnother({ handle }: Numbers, say: Say): Promise<void> {
  const receiver = attachReceiver(handle)
  const { Worker } = await import('node:worker_threads')
  const other = new Worker(new URL(import.meta.url), { workerData: { actor: 'holds', handle, side: 'sender' } })
  await new Promise((resolve) => other.once('message', resolve))
  say('both attached')
  await message()
  receiver[Symbol.dispose]()
}

/** Holds room for as many values as told, and then does nothing more. */
export async function holdsRoom({ handle, count }: Numbers & { count: number }, say: Say): Promise<void> {
  const sender = attachSender(handle)
  await sender.reserveMany(count)
  say('holding')
  await message()
}

/** Sends `count` numbers, then ends in the middle of what it is at. */
export async function diesAfterSending({
  handle,
  count,
  by,
}: Numbers & { count: number; by: 'exit' | 'throw' }): Promise<void> {
  const sender = attachSender(handle)
  for (let value = 0; value < count; value++) sender.sendSync(value)
  die(by)
}

/** Waits for a value, or for room, in the event loop, and ends meanwhile. */
export async function diesWaiting(
  part: Numbers & { side: 'sender' | 'receiver'; by: 'exit' | 'throw' },
  say: Say,
): Promise<void> {
  const endpoint = part.side === 'sender' ? attachSender(part.handle) : attachReceiver(part.handle)
  const waits = 'send' in endpoint ? endpoint.send(98) : endpoint.receive()
  say('waiting')
  await message()
  setImmediate(() => die(part.by))
  await waits
}

/** Attaches with a codec of another name, and answers what that throws. */
export async function attachesWith({ handle, codec }: { handle: SharedHandle<Value>; codec: string }): Promise<string> {
  const { codecOf } = await import('@millrace/ring/codec')
  try {
    attachSender(handle, codecOf(codec) as Codec<Value>)[Symbol.dispose]()
    return 'attached'
  } catch (error) {
    return String(error)
  }
}
/** A way to send a number. */
export type SendWay = 'send' | 'sendSync' | 'permit'

/** How a wait ended. */
export interface Ending {
  readonly value?: unknown
  readonly code?: unknown
  readonly name?: string
  readonly message?: string
}

const ways: Record<SendWay, (sender: SharedSender<number>, value: number) => Promise<void> | void> = {
  send: (sender, value) => sender.send(value),
  sendSync: (sender, value) => sender.sendSync(value),
  permit: (sender, value) => sender.reserve().then((permit) => permit.send(value)),
}

async function ending(wait: () => unknown): Promise<Ending> {
  try {
    return { value: await wait() }
  } catch (error) {
    const { name, message, code, value } = error as Error & { code?: unknown; value?: unknown }
    return { name, message, code, value }
  }
}

async function message(): Promise<void> {
  const { parentPort } = await import('node:worker_threads')
  await new Promise<void>((resolve) => parentPort?.once('message', () => resolve()))
}

function die(by: 'exit' | 'throw'): never {
  if (by === 'exit') process.exit(3)
  throw new Error('thrown by the actor')
}
