import type { AckOutcome, Message, OutgoingMessage, QueueEngine, ReceiveOptions } from '../api.ts'
import { same, until } from './check.ts'

/** Receives what is there, and does not wait. */
export const NOW: { readonly timeoutMs: 0 } = { timeoutMs: 0 }

/** As many as there are. */
export const ALL: { readonly max: number; readonly timeoutMs: 0 } = { max: 9_999, timeoutMs: 0 }

/** What messages carry, as texts. */
export function texts(messages: readonly { text(): string }[]): string[] {
  return messages.map((message) => message.text())
}

/** Messages to send that carry these texts. */
export function bodies(...all: readonly string[]): OutgoingMessage[] {
  return all.map((body) => ({ body }))
}

/** Receives one message, which is there or comes. */
export async function one(queues: QueueEngine, name: string, options?: ReceiveOptions): Promise<Message> {
  const messages = await queues.receive(name, options)
  same(messages.length, 1, 'of messages ')
  return messages[0] as Message
}

/** What lies in a queue that can be received, as texts, in order. */
export async function lying(queues: QueueEngine, name: string): Promise<string[]> {
  return texts(await queues.peek(name, { max: ALL.max }))
}

/** How many messages are ready, delayed and in flight. */
export async function counts(queues: QueueEngine, name: string): Promise<[number, number, number]> {
  const { ready, delayed, inFlight } = await queues.stats(name)
  return [ready, delayed, inFlight]
}

/** Receives a message and gives it back, so many times. */
export async function fail(queues: QueueEngine, name: string, times = 1): Promise<void> {
  for (let i = 0; i < times; i++) same(await queues.nack((await one(queues, name)).lease), 'held')
}

/** Acknowledges messages, each of which is held. */
export async function ackAll(queues: QueueEngine, messages: readonly Message[]): Promise<void> {
  const outcomes = await Promise.all(messages.map(({ lease }): Promise<AckOutcome> => queues.ack(lease)))
  same(
    outcomes.filter((outcome) => outcome !== 'acked'),
    [],
  )
}

/** Resolves when so many receives wait for a queue. */
export function receivers(queues: QueueEngine, name: string, count: number): Promise<void> {
  return until(async () => (await queues.stats(name)).waitingReceives === count)
}

/** Resolves when so many sends wait for a queue. */
export function senders(queues: QueueEngine, name: string, count: number): Promise<void> {
  return until(async () => (await queues.stats(name)).waitingSends === count)
}

/** A queue whose messages go to queue `dead` after so many deliveries. */
export async function mortal(queues: QueueEngine, maxDeliveries: number, leaseMs?: number): Promise<void> {
  await queues.create('dead')
  await queues.create('a', { maxDeliveries, deadLetterQueue: 'dead', leaseMs })
}
