import type { Message, PeekedMessage, QueueEngine } from '@millrace/queue'
import type { ReceiveRequest } from '@millrace/queue/protocol'

/** So many messages are given whatever their size. */
const FEW = 4

/**
 * Takes messages that are ready, or waits for some; about as many bytes as the client is ready to take, and the server to give.
 *
 * It asks without waiting first: a signal costs more than a message. `waiting` gives one, or throws if it is not wanted any more.
 */
export async function take(
  engine: QueueEngine,
  { name, max, leaseMs, timeoutMs, maxBytes }: ReceiveRequest,
  mostBytes: number,
  waiting: () => AbortSignal,
): Promise<Message[]> {
  const most = max <= FEW ? max : await fitting(engine, name, max, Math.min(maxBytes ?? mostBytes, mostBytes))
  const messages = await engine.receive(name, { max: most, leaseMs, timeoutMs: 0 })
  if (messages.length > 0 || timeoutMs === 0) return messages
  return engine.receive(name, { max: most, leaseMs, timeoutMs, signal: waiting() })
}

/** Looks at messages; at about as many bytes as the server gives. */
export async function look(
  engine: QueueEngine,
  name: string,
  max: number | undefined,
  mostBytes: number,
): Promise<PeekedMessage[]> {
  if (max === undefined || !(max > FEW)) return engine.peek(name, { max })
  return engine.peek(name, { max: await fitting(engine, name, max, mostBytes) })
}

/**
 * How many messages have so many bytes, if they are as large as those of the queue are on average. Not by taking a few, and then more: the
 * lease of the first may be over by then.
 */
async function fitting(engine: QueueEngine, name: string, max: number, bytes: number): Promise<number> {
  const stats = await engine.stats(name)
  const count = stats.ready + stats.delayed + stats.inFlight
  if (count === 0 || stats.bytes === 0) return max
  return Math.min(max, Math.max(FEW, Math.ceil((bytes * count) / stats.bytes)))
}
