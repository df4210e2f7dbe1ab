import type { StoredBody } from '../engine/body-store.ts'
import type { QueueRecord } from '../engine/journal.ts'
import type { ByteWriter } from '../log/byte-writer.ts'
import type { Why } from '../state/changes.ts'
import type { KnownKey } from '../state/dedup.ts'
import type { Origin, Stored } from '../state/stored.ts'

/**
 * What is written of each change, one behind the other in a frame. Numbers are as `ByteWriter.count` writes them, times are f64.
 *
 *     message   kind · flags · queue · number · sent at · [ready at] · [priority] · [deliveries] · [due at] · [epoch] · [expires at]
 *               · [dedup key] · [headers] · [where it was before] · length · [CRC-32 of the body · body]
 *     gone      kind · queue · number · why
 *     leased    kind · queue · number · deliveries · due at
 *     returned  kind · queue · number · due at, 0 if it is ready
 *     queue     kind · number · json
 *     deleted   kind · number
 *     key       kind · queue · number · until · key
 *     extended  as leased
 *     oldest    kind · number of the oldest file that is needed
 *
 * INVARIANT  each tells what holds from then on, not what was done: what is read twice, or behind something that was lost, does no harm.
 */
export const Kind = {
  sent: 1,
  /** As `sent`, and not the first time. */
  kept: 2,
  gone: 3,
  leased: 4,
  returned: 5,
  queue: 6,
  deleted: 7,
  key: 8,
  extended: 9,
  oldest: 10,
} as const

/** What is written of a message; the rest has its usual value. */
export const Flag = {
  readyLater: 1,
  priority: 2,
  deliveries: 4,
  leased: 8,
  delayed: 16,
  expires: 32,
  dedupKey: 64,
  headers: 128,
  from: 256,
  /** Its body could not be read when it was to be written again. */
  lost: 512,
} as const

/** Reasons, by their numbers. */
export const WHYS: readonly Why[] = ['acked', 'taken', 'moved', 'dead', 'expired', 'purged']

/** Writes a message. Gives where its body begins, in the writer. */
export function writeMessage(
  writer: ByteWriter,
  kind: typeof Kind.sent | typeof Kind.kept,
  queue: number,
  message: Stored,
  { body, start, length }: StoredBody,
  { dedupKey, epoch }: { readonly dedupKey?: string | undefined; readonly epoch?: number },
): number {
  const flags = flagsOf(message, dedupKey)
  writer.u8(kind)
  writer.count(flags)
  writer.count(queue)
  writer.count(message.number)
  writer.f64(message.enqueuedAtMs)
  if (flags & Flag.readyLater) writer.f64(message.readyAtMs)
  if (flags & Flag.priority) writer.f64(message.priority)
  if (flags & Flag.deliveries) writer.count(message.deliveries)
  if (flags & (Flag.leased | Flag.delayed)) writer.f64(message.dueAtMs)
  if (flags & Flag.leased) writer.f64(epoch as number)
  if (flags & Flag.expires) writer.f64(message.expiry?.atMs as number)
  if (dedupKey !== undefined) writer.text(dedupKey)
  if (flags & Flag.headers) writeHeaders(writer, message.headers)
  if (flags & Flag.from) writeOrigins(writer, message.from)
  writer.count(length)
  if (message.crc === undefined) return writer.length
  writer.u32(message.crc >>> 0)
  const place = writer.length
  writer.bytes(body as Uint8Array, start, length)
  return place
}

/** A message is no more. */
export function writeGone(writer: ByteWriter, queue: number, number: number, why: Why): void {
  writer.u8(Kind.gone)
  writer.count(queue)
  writer.count(number)
  writer.u8(WHYS.indexOf(why))
}

/** A message was delivered, or its lease extended. */
export function writeLeased(
  writer: ByteWriter,
  kind: typeof Kind.leased | typeof Kind.extended,
  queue: number,
  { number, deliveries, dueAtMs }: Stored,
): void {
  writer.u8(kind)
  writer.count(queue)
  writer.count(number)
  writer.count(deliveries)
  writer.f64(dueAtMs)
}

/** Files before this one are not needed. */
export function writeOldest(writer: ByteWriter, number: number): void {
  writer.u8(Kind.oldest)
  writer.count(number)
}

/** A message was given back. */
export function writeReturned(writer: ByteWriter, queue: number, { number, state, dueAtMs }: Stored): void {
  writer.u8(Kind.returned)
  writer.count(queue)
  writer.count(number)
  writer.f64(state === 'delayed' ? dueAtMs : 0)
}

/** How a queue is, and what it has seen. */
export function writeQueue(writer: ByteWriter, { number, name, options, isPaused, state }: QueueRecord): void {
  writer.u8(Kind.queue)
  writer.count(number)
  const { nextNumber, tallies } = state
  writer.text(JSON.stringify({ name, options, isPaused, nextNumber, tallies }))
}

/** A queue is no more, nor are its messages. */
export function writeDeleted(writer: ByteWriter, number: number): void {
  writer.u8(Kind.deleted)
  writer.count(number)
}

/** A dedup key is known. */
export function writeKey(writer: ByteWriter, queue: number, { key, number, untilMs }: KnownKey): void {
  writer.u8(Kind.key)
  writer.count(queue)
  writer.count(number)
  writer.f64(untilMs)
  writer.text(key)
}

function flagsOf(message: Stored, dedupKey: string | undefined): number {
  let flags = 0
  if (message.readyAtMs !== message.enqueuedAtMs) flags |= Flag.readyLater
  if (message.priority !== 0) flags |= Flag.priority
  if (message.deliveries > 0) flags |= Flag.deliveries
  if (message.state === 'leased') flags |= Flag.leased
  if (message.state === 'delayed') flags |= Flag.delayed
  if (message.expiry !== undefined) flags |= Flag.expires
  if (dedupKey !== undefined) flags |= Flag.dedupKey
  for (const _ in message.headers) {
    flags |= Flag.headers
    break
  }
  if (message.from !== undefined) flags |= Flag.from
  if (message.crc === undefined) flags |= Flag.lost
  return flags
}

function writeHeaders(writer: ByteWriter, headers: Readonly<Record<string, string>>): void {
  const entries = Object.entries(headers)
  writer.count(entries.length)
  for (const [name, value] of entries) {
    writer.text(name)
    writer.text(value)
  }
}

function writeOrigins(writer: ByteWriter, from: Origin | undefined): void {
  const origins: Origin[] = []
  for (let origin = from; origin !== undefined; origin = origin.from) origins.push(origin)
  writer.count(origins.length)
  for (const { queue, id } of origins) {
    writer.text(queue)
    writer.text(id)
  }
}
