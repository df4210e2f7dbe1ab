import type { OutgoingMessage, QueueOptions } from '../api.ts'
import type { NewMessage } from '../state/stored.ts'

const encoder = new TextEncoder()
const NO_HEADERS: Readonly<Record<string, string>> = Object.freeze({})

/** A message as it is stored: with a copy of its body, which is the sender's. */
export function toNewMessage(message: OutgoingMessage, { ttlMs: usualTtlMs }: QueueOptions): NewMessage {
  const { body, delayMs = 0, priority = 0, dedupKey, headers, ttlMs = usualTtlMs as number } = message
  // Not slice(): that of a Buffer is a view.
  const bytes = typeof body === 'string' ? encoder.encode(body) : new Uint8Array(body)
  const own = headers === undefined ? NO_HEADERS : Object.freeze({ ...headers })
  const headerBytes = Object.entries(own).reduce((sum, header) => sum + encoder.encode(header.join('')).length, 0)
  return {
    body: bytes,
    headers: own,
    bytes: bytes.length + headerBytes,
    priority,
    from: undefined,
    delayMs,
    ttlMs,
    dedupKey,
  }
}
