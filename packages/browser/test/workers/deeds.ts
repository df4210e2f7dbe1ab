import { whenWatched } from '@millrace/atomics'
import type { Value } from '@millrace/channel'
import { attachReceiver, attachSender, type SharedHandle } from '@millrace/mpmc/shared'
import * as mpsc from '@millrace/mpsc/shared'

/** What a thread tells the page while it is at something. */
type Say = (word: string) => void

/** Receives until the end, blocking or awaiting; answers all it got. */
export async function receives({ handle, blocks }: Handle & { blocks: boolean }, say: Say): Promise<Value[]> {
  const receiver = attachReceiver(handle)
  say('attached')
  const values: Value[] = []
  if (blocks)
    for (let value = receiver.receiveSync(); value !== undefined; value = receiver.receiveSync()) values.push(value)
  else for await (const value of receiver) values.push(value)
  return values
}

/** Sends these values, blocking or awaiting, and leaves; perhaps as the one producer that was declared. */
export async function sends({
  handle,
  values,
  blocks,
  isDeclared = false,
}: Handle & { values: Value[]; blocks: boolean; isDeclared?: boolean }): Promise<void> {
  const sender = isDeclared ? mpsc.attachSender(handle) : attachSender(handle)
  if (blocks) for (const value of values) sender.sendSync(value)
  else for (const value of values) await sender.send(value)
  sender[Symbol.dispose]()
}

/** Sends until the channel is full, says how many that were, and blocks to send one more. */
export function fills({ handle }: Handle, say: Say): void {
  const sender = attachSender(handle)
  let count = 0
  while (sender.trySend(count) === 'sent') count++
  say(`${count} sent`)
  sender.sendSync(count)
  sender[Symbol.dispose]()
}

/** Sends back whatever comes, blocking. */
export function echoes({ handle, back }: Handle & { back: SharedHandle<Value> }): void {
  const receiver = attachReceiver(handle)
  const sender = attachSender(back)
  for (let value = receiver.receiveSync(); value !== undefined; value = receiver.receiveSync()) sender.sendSync(value)
  sender[Symbol.dispose]()
}

/** Blocks until there is a value, and answers how that ended. */
export function blocksFor({ handle, timeoutMs }: Handle & { timeoutMs?: number }): unknown {
  try {
    return attachReceiver(handle).receiveSync({ timeoutMs })
  } catch (error) {
    return (error as { code?: unknown }).code
  }
}

/** Holds an endpoint, once its death would be noticed, and does nothing more. */
export async function holds({ handle, side }: Handle & { side: 'sender' | 'receiver' }, say: Say): Promise<never> {
  const endpoint = side === 'sender' ? attachSender(handle) : attachReceiver(handle)
  say(`watched: ${await whenWatched()}`)
  return new Promise(() => endpoint)
}

/** Is watched first, attaches a sender, says so in the memory, and blocks for good. */
export async function blocksHolding({ handle, idle }: Handle & { idle: SharedHandle<Value> }, say: Say): Promise<void> {
  await whenWatched()
  attachSender(handle)
  const receiver = attachReceiver(idle)
  say('blocks')
  receiver.receiveSync()
}

/** Holds room for two values, and does nothing more. */
export async function reserves({ handle }: Handle, say: Say): Promise<never> {
  const sender = attachSender(handle)
  await sender.reserve()
  await sender.reserve()
  await whenWatched()
  say('reserved')
  return new Promise(() => sender)
}

interface Handle {
  readonly handle: SharedHandle<Value>
}
