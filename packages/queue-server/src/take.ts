import type { Message, PeekedMessage, QueueEngine } from '@millrace/queue'
import type { ReceiveRequest } from '@millrace/queue/protocol'

/** Of messages whose size is not known so many are taken; then up to so many times as many. */
const FIRST = 4
const GROWTH = 8

/**
 * Takes messages that are ready, or waits for some; until there are as many as wanted, or about as many bytes.
 *
 * It asks without waiting first: a signal costs more than a message. `waiting` gives one, or throws if it is not wanted any more.
 */
export async function take(
  engine: QueueEngine,
  { name, max, leaseMs, timeoutMs, maxBytes }: ReceiveRequest,
  mostBytes: number,
  waiting: () => AbortSignal,
): Promise<Message[]> {
  const most = Math.min(maxBytes ?? mostBytes, mostBytes)
  let slice = Math.min(max, FIRST)
  let messages = await engine.receive(name, { max: slice, leaseMs, timeoutMs: 0 })
  if (messages.length === 0 && timeoutMs !== 0) {
    messages = await engine.receive(name, { max: slice, leaseMs, timeoutMs, signal: waiting() })
  }
  let bytes = 0
  let largest = 1
  for (let seen = 0; messages.length < max && messages.length - seen === slice; ) {
    for (; seen < messages.length; seen++) {
      const { length } = (messages[seen] as Message).body
      bytes += length
      largest = Math.max(largest, length)
    }
    slice = Math.min(max - messages.length, slice * GROWTH, Math.floor((most - bytes) / largest))
    if (slice < 1) break
    try {
      messages.push(...(await engine.receive(name, { max: slice, leaseMs, timeoutMs: 0 })))
    } catch {
      break // What was taken is received; the next request will be told.
    }
  }
  return messages
}

/** Looks at messages; at about so many bytes of them, if they are as large as those of the queue are on average. */
export async function look(
  engine: QueueEngine,
  name: string,
  max: number | undefined,
  mostBytes: number,
): Promise<PeekedMessage[]> {
  if (max === undefined || !(max > FIRST)) return engine.peek(name, { max })
  const { ready, delayed, inFlight, bytes } = await engine.stats(name)
  const usual = Math.max(1, bytes / Math.max(1, ready + delayed + inFlight))
  return engine.peek(name, { max: Math.min(max, Math.max(FIRST, Math.ceil(mostBytes / usual))) })
}
