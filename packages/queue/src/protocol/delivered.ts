import type { Message } from '../api.ts'
import { type MessageFields, messageOf } from '../message.ts'
import { readHeaders, writeHeaders } from './headers.ts'
import type { Reader } from './reader.ts'
import type { Writer } from './writer.ts'

/**
 * Writes a message that is received, or peeked at: then its lease is empty.
 *
 *     ┌──────────┬─────────────┬───────────────┬─────────────────┬───────────────────┬─────────┬──────┐
 *     │ id: text │ lease: text │ priority: f64 │ deliveries: u32 │ enqueuedAtMs: f64 │ headers │ body │
 *     └──────────┴─────────────┴───────────────┴─────────────────┴───────────────────┴─────────┴──────┘
 */
export function writeDelivered(writer: Writer, message: MessageFields): void {
  writer.text('id', message.id)
  writer.text('lease', message.lease)
  writer.f64(message.priority)
  writer.u32(message.deliveries)
  writer.f64(message.enqueuedAtMs)
  writeHeaders(writer, message.headers)
  writer.block(message.body)
}

/** Reads a message that is received. Its body is its own. */
export function readDelivered(reader: Reader): Message {
  return messageOf({
    id: reader.text(),
    lease: reader.text(),
    priority: reader.f64(),
    deliveries: reader.u32(),
    enqueuedAtMs: reader.f64(),
    headers: readHeaders(reader),
    body: reader.copy(),
  })
}
