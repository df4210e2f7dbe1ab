import type { Body, QueueOptions, SendOptions } from '../api.ts'
import type { NewMessage } from '../state/stored.ts'
import { store } from './body-store.ts'

const NO_HEADERS: Readonly<Record<string, string>> = Object.freeze({})

/** A message as it is stored: with a copy of its body, which is the sender's. */
export function toNewMessage(body: Body, options: SendOptions, { ttlMs: usualTtlMs }: QueueOptions): NewMessage {
  const { delayMs = 0, priority = 0, dedupKey, headers, ttlMs = usualTtlMs as number } = options
  const placed = store(body)
  const own = headers === undefined ? NO_HEADERS : Object.freeze({ ...headers })
  const headerBytes = headers === undefined ? 0 : bytesOfHeaders(own)
  return {
    body: placed.body,
    start: placed.start,
    length: placed.length,
    headers: own,
    bytes: placed.length + headerBytes,
    priority,
    from: undefined,
    delayMs,
    ttlMs,
    dedupKey,
  }
}

/** Bytes of all names and values. */
export function bytesOfHeaders(headers: Readonly<Record<string, string>>): number {
  return Object.entries(headers).reduce((sum, header) => sum + Buffer.byteLength(header.join('')), 0)
}
