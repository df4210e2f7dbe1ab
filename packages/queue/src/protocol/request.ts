import type { OutgoingMessage, QueueOptions } from '../api.ts'
import { Kind } from './frame.ts'
import { fromJson, toJson } from './json.ts'
import { MAX_BATCH, MAX_JSON_BYTES, MAX_LEASES } from './limits.ts'
import { malformed, tooLarge, tooMany } from './malformed.ts'
import { readOutgoing, writeOutgoing } from './outgoing.ts'
import type { Reader } from './reader.ts'
import type { Writer } from './writer.ts'

type Maybe<T> = T | undefined

/*
 * Payloads. A text is its length (u16) and UTF-8; `ms?` is 0, or 1 and an f64; a message is drawn in `outgoing.ts`.
 *
 *     send       name: text │ timeoutMs: ms? │ message
 *     trySend    name: text │ message
 *     sendMany   name: text │ timeoutMs: ms? │ count: u32 │ messages
 *     receive    name: text │ flags: u8 │ max: u32 │ timeoutMs: f64, leaseMs: f64, maxBytes: u32, maxMessageBytes: u32, each if its flag is set;
 *                a flag alone is isAgain
 *     ack        lease: text
 *     ackMany    count: u32 │ leases: text
 *     nack       lease: text │ delayMs: ms?
 *     extend     lease: text │ ms: f64
 *     cancel, ping, pong: nothing
 *     all others: one JSON object with the arguments by name, as in { "name": "images", "max": 5 }; infinite numbers as text
 */

/** What a client asks for: the methods of `QueueEngine`, with their arguments. Times count from when the server has it. */
export type Request = HotRequest | ManagementRequest

/** Requests of which there are many. */
export type HotRequest =
  | {
      readonly kind: 'send'
      readonly name: string
      readonly message: OutgoingMessage
      readonly timeoutMs?: Maybe<number>
    }
  | { readonly kind: 'trySend'; readonly name: string; readonly message: OutgoingMessage }
  | {
      readonly kind: 'sendMany'
      readonly name: string
      readonly messages: readonly OutgoingMessage[]
      readonly timeoutMs?: Maybe<number>
    }
  | ReceiveRequest
  | { readonly kind: 'ack'; readonly lease: string }
  | { readonly kind: 'ackMany'; readonly leases: readonly string[] }
  | { readonly kind: 'nack'; readonly lease: string; readonly delayMs?: Maybe<number> }
  | { readonly kind: 'extend'; readonly lease: string; readonly ms: number }

/** Asks for messages. */
export interface ReceiveRequest {
  readonly kind: 'receive'
  readonly name: string
  /** At most so many. */
  readonly max: number
  readonly leaseMs?: Maybe<number>
  readonly timeoutMs?: Maybe<number>
  /** So many bytes the client is ready to take; one message is given whatever its size. */
  readonly maxBytes?: Maybe<number>
  /** No larger message is taken. */
  readonly maxMessageBytes?: Maybe<number>
  /**
   * It was asked before, on a connection that was lost. Where no lease is given it is refused: what it took the first time may be gone. An earlier
   * server does not look at it.
   */
  readonly isAgain?: Maybe<boolean>
}

/** Requests of which there are few. Undefined options are left out. */
export type ManagementRequest =
  | { readonly kind: 'create'; readonly name: string; readonly options?: Maybe<QueueOptions> }
  | { readonly kind: 'delete'; readonly name: string; readonly force?: Maybe<boolean> }
  | { readonly kind: 'list' }
  | { readonly kind: 'stats' | 'pause' | 'resume'; readonly name: string }
  | { readonly kind: 'purge'; readonly name: string; readonly damaged?: Maybe<boolean> }
  | { readonly kind: 'redrive'; readonly name: string; readonly max?: Maybe<number> }
  | { readonly kind: 'peek'; readonly name: string; readonly max?: Maybe<number>; readonly maxBytes?: Maybe<number> }

/** In the order of their numbers. */
const MANAGEMENT: readonly ManagementRequest['kind'][] = [
  'create',
  'delete',
  'list',
  'stats',
  'pause',
  'resume',
  'peek',
  'purge',
  'redrive',
]
const MANAGEMENT_KINDS: ReadonlySet<string> = new Set(MANAGEMENT)

const Flag = { timeoutMs: 1, leaseMs: 2, maxBytes: 4, maxMessageBytes: 8, isAgain: 16 } as const
const MAX_U32: number = 2 ** 32 - 1

/** Whether it is one of those of which there are few. */
export function isManagement(request: Request): request is ManagementRequest {
  return MANAGEMENT_KINDS.has(request.kind)
}

/** Writes the payload of a request. */
export function writeRequest(writer: Writer, request: Request): void {
  switch (request.kind) {
    case 'send':
      writer.text('name', request.name)
      writeTime(writer, request.timeoutMs)
      writeOutgoing(writer, request.message)
      break
    case 'trySend':
      writer.text('name', request.name)
      writeOutgoing(writer, request.message)
      break
    case 'sendMany':
      checkMost(request.messages.length, 'messages', MAX_BATCH)
      writer.text('name', request.name)
      writeTime(writer, request.timeoutMs)
      writer.u32(request.messages.length)
      for (const message of request.messages) writeOutgoing(writer, message)
      break
    case 'receive':
      writeReceive(writer, request)
      break
    case 'ack':
      writer.text('lease', request.lease)
      break
    case 'ackMany':
      checkMost(request.leases.length, 'leases', MAX_LEASES)
      writer.u32(request.leases.length)
      for (const lease of request.leases) writer.text('lease', lease)
      break
    case 'nack':
      writer.text('lease', request.lease)
      writeTime(writer, request.delayMs)
      break
    case 'extend':
      writer.text('lease', request.lease)
      writer.f64(request.ms)
      break
    default: {
      const { kind: _, ...rest } = request
      writer.rest(toJson(rest))
    }
  }
}

/** Reads the payload of a request; undefined if there is no such kind. */
export function readRequest(kind: number, reader: Reader): Request | undefined {
  switch (kind) {
    case Kind.send:
      return { kind: 'send', name: reader.name(), timeoutMs: readTime(reader), message: readOutgoing(reader) }
    case Kind.trySend:
      return { kind: 'trySend', name: reader.name(), message: readOutgoing(reader) }
    case Kind.sendMany:
      return { kind: 'sendMany', name: reader.name(), timeoutMs: readTime(reader), messages: readBatch(reader) }
    case Kind.receive:
      return readReceive(reader)
    case Kind.ack:
      return { kind: 'ack', lease: reader.text() }
    case Kind.ackMany:
      return { kind: 'ackMany', leases: readLeases(reader) }
    case Kind.nack:
      return { kind: 'nack', lease: reader.text(), delayMs: readTime(reader) }
    case Kind.extend:
      return { kind: 'extend', lease: reader.text(), ms: reader.f64() }
    default:
      return readManagement(kind, reader)
  }
}

function writeReceive(writer: Writer, request: ReceiveRequest): void {
  const { name, max, leaseMs, timeoutMs, maxBytes, maxMessageBytes, isAgain } = request
  writer.text('name', name)
  writer.u8(
    (timeoutMs === undefined ? 0 : Flag.timeoutMs) |
      (leaseMs === undefined ? 0 : Flag.leaseMs) |
      (maxBytes === undefined ? 0 : Flag.maxBytes) |
      (maxMessageBytes === undefined ? 0 : Flag.maxMessageBytes) |
      (isAgain === true ? Flag.isAgain : 0),
  )
  writer.u32(Math.min(max, MAX_U32))
  if (timeoutMs !== undefined) writer.f64(timeoutMs)
  if (leaseMs !== undefined) writer.f64(leaseMs)
  if (maxBytes !== undefined) writer.u32(Math.min(maxBytes, MAX_U32))
  if (maxMessageBytes !== undefined) writer.u32(Math.min(maxMessageBytes, MAX_U32))
}

function readReceive(reader: Reader): ReceiveRequest {
  const name = reader.name()
  const flags = reader.u8()
  return {
    kind: 'receive',
    name,
    max: reader.u32(),
    timeoutMs: flags & Flag.timeoutMs ? reader.f64() : undefined,
    leaseMs: flags & Flag.leaseMs ? reader.f64() : undefined,
    maxBytes: flags & Flag.maxBytes ? reader.u32() : undefined,
    maxMessageBytes: flags & Flag.maxMessageBytes ? reader.u32() : undefined,
    isAgain: flags & Flag.isAgain ? true : undefined,
  }
}

function readBatch(reader: Reader): OutgoingMessage[] {
  const count = reader.u32()
  checkMost(count, 'messages', MAX_BATCH)
  const messages: OutgoingMessage[] = []
  while (messages.length < count) messages.push(readOutgoing(reader))
  return messages
}

function readLeases(reader: Reader): string[] {
  const count = reader.u32()
  checkMost(count, 'leases', MAX_LEASES)
  const leases: string[] = []
  while (leases.length < count) leases.push(reader.text())
  return leases
}

function readManagement(kind: number, reader: Reader): ManagementRequest | undefined {
  const name = MANAGEMENT[kind - Kind.create]
  if (name === undefined) return undefined
  if (reader.left > MAX_JSON_BYTES) throw tooLarge(reader.left, MAX_JSON_BYTES)
  const payload = fromJson(reader.rest())
  if (typeof payload !== 'object' || payload === null) throw malformed(`${name} without an object`)
  if (name !== 'list' && typeof (payload as { name?: unknown }).name !== 'string')
    throw malformed(`${name} without a name`)
  return { ...payload, kind: name } as ManagementRequest
}

/** A time that may not be given. */
function writeTime(writer: Writer, ms: number | undefined): void {
  writer.u8(ms === undefined ? 0 : 1)
  if (ms !== undefined) writer.f64(ms)
}

function readTime(reader: Reader): number | undefined {
  return reader.u8() === 0 ? undefined : reader.f64()
}

function checkMost(count: number, things: string, most: number): void {
  if (count > most) throw tooMany(count, things, most)
}
