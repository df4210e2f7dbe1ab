import type { OutgoingMessage } from '../api.ts'
import { MAX_KEY_BYTES } from '../options.ts'
import { readHeaders, writeHeaders } from './headers.ts'
import type { Reader } from './reader.ts'
import type { Writer } from './writer.ts'

/**
 * A message that is sent: a byte that tells what follows, and the body.
 *
 *     ┌───────────┬──────────────┬───────────────┬────────────┬───────────────┬─────────┬──────┐
 *     │ flags: u8 │ delayMs: f64 │ priority: f64 │ ttlMs: f64 │ dedupKey: text│ headers │ body │
 *     └───────────┴──────────────┴───────────────┴────────────┴───────────────┴─────────┴──────┘
 */
const Flag = { delayMs: 1, priority: 2, ttlMs: 4, dedupKey: 8, headers: 16 } as const

/** Writes a message that is sent. */
export function writeOutgoing(writer: Writer, message: OutgoingMessage): void {
  const { body, delayMs, priority, ttlMs, dedupKey, headers } = message
  writer.u8(
    (delayMs === undefined ? 0 : Flag.delayMs) |
      (priority === undefined ? 0 : Flag.priority) |
      (ttlMs === undefined ? 0 : Flag.ttlMs) |
      (dedupKey === undefined ? 0 : Flag.dedupKey) |
      (headers === undefined ? 0 : Flag.headers),
  )
  if (delayMs !== undefined) writer.f64(delayMs)
  if (priority !== undefined) writer.f64(priority)
  if (ttlMs !== undefined) writer.f64(ttlMs)
  if (dedupKey !== undefined) writer.text('dedupKey', dedupKey, MAX_KEY_BYTES)
  if (headers !== undefined) writeHeaders(writer, headers)
  writer.block(body)
}

/** Reads a message that is sent. Its body is a view of what was received. */
export function readOutgoing(reader: Reader): OutgoingMessage {
  const flags = reader.u8()
  if (flags === 0) return { body: reader.view() }
  return {
    ...(flags & Flag.delayMs ? { delayMs: reader.f64() } : undefined),
    ...(flags & Flag.priority ? { priority: reader.f64() } : undefined),
    ...(flags & Flag.ttlMs ? { ttlMs: reader.f64() } : undefined),
    ...(flags & Flag.dedupKey ? { dedupKey: reader.text(MAX_KEY_BYTES) } : undefined),
    ...(flags & Flag.headers ? { headers: readHeaders(reader) } : undefined),
    body: reader.view(),
  }
}
