import type { Message, QueueEngine } from '@millrace/queue'
import type { ReceiveRequest } from '@millrace/queue/protocol'

/**
 * Takes messages that are ready, or waits for some; as many bytes as the client is ready to take, and the server to give, but one message.
 *
 * It asks without waiting first: a signal costs more than a message. `waiting` gives one, or throws if it is not wanted any more.
 */
export async function take(
  engine: QueueEngine,
  { name, max, leaseMs, timeoutMs, maxBytes }: ReceiveRequest,
  mostBytes: number,
  waiting: () => AbortSignal,
): Promise<Message[]> {
  const wanted = { max, leaseMs, maxBytes: maxBytes === undefined ? mostBytes : Math.min(maxBytes, mostBytes) }
  const messages = await engine.receive(name, { ...wanted, timeoutMs: 0 })
  if (messages.length > 0 || timeoutMs === 0) return messages
  return engine.receive(name, { ...wanted, timeoutMs, signal: waiting() })
}
