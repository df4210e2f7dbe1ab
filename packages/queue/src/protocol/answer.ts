import type { AckOutcome, LeaseOutcome, Message } from '../api.ts'
import type { MessageFields } from '../message.ts'
import { readDelivered, writeDelivered } from './delivered.ts'
import { readFailure } from './failure.ts'
import { Kind } from './frame.ts'
import { fromJson, toJson } from './json.ts'
import { malformed } from './malformed.ts'
import type { Reader } from './reader.ts'
import type { Writer } from './writer.ts'

/*
 * Payloads. A text is its length (u16) and UTF-8; a message is drawn in `delivered.ts`.
 *
 *     ids                 count: u32 │ ids: text
 *     messages            isMore: u8 │ count: u32 │ messages
 *     outcome             u8: acked, held, requeued, missing
 *     outcomes            count: u32 │ outcomes
 *     value               JSON, or nothing; infinite numbers as text
 *     failure, goodbye    0 │ code: text │ reason: text       a QueueError
 *                         1, 2 │ reason: text                 a TypeError, a RangeError
 *     full, cancelled     nothing
 */

/** What a request is answered with. */
export type Answer =
  /** To `send`, `trySend`: one id; to `sendMany`: as many as there were messages. */
  | { readonly kind: 'ids'; readonly ids: readonly string[] }
  /** To `trySend`. */
  | { readonly kind: 'full' }
  /** To `receive`, and `peek`: then leases are empty. With `isMore` another such answer follows, of the same request. */
  | { readonly kind: 'messages'; readonly messages: readonly Message[]; readonly isMore: boolean }
  /** To `ack`, `nack`, `extend`. */
  | { readonly kind: 'outcome'; readonly outcome: AckOutcome | LeaseOutcome }
  /** To `ackMany`: as many as there were leases. */
  | { readonly kind: 'outcomes'; readonly outcomes: readonly AckOutcome[] }
  /** To `create`, `delete`, `list`, `stats`, `purge`, `redrive`: what the method gives; to `pause` and `resume`: undefined. */
  | { readonly kind: 'value'; readonly value: unknown }
  /** What the method rejects with, but for the bodies. */
  | { readonly kind: 'failure'; readonly error: Error }
  /** To what was cancelled in time: nothing was sent, or received. */
  | { readonly kind: 'cancelled' }

const OUTCOMES = ['acked', 'held', 'requeued', 'missing'] as const

/** Writes the payload of `ids`. */
export function writeIds(writer: Writer, ids: readonly string[]): void {
  writer.u32(ids.length)
  for (const id of ids) writer.text('id', id)
}

/** Writes the payload of `outcome`. */
export function writeOutcome(writer: Writer, outcome: AckOutcome | LeaseOutcome): void {
  writer.u8(OUTCOMES.indexOf(outcome))
}

/** Writes the payload of `outcomes`. */
export function writeOutcomes(writer: Writer, outcomes: readonly AckOutcome[]): void {
  writer.u32(outcomes.length)
  for (const outcome of outcomes) writeOutcome(writer, outcome)
}

/** Writes the payload of `value`. */
export function writeValue(writer: Writer, value: unknown): void {
  if (value !== undefined) writer.rest(toJson(value))
}

/** Writes the payload of `messages`, from one of them on and about until the frame has so many bytes; gives where the next one begins. */
export function writeMessages(writer: Writer, messages: readonly MessageFields[], from: number, bytes: number): number {
  const isMore = writer.placeU8()
  const count = writer.placeU32()
  let next = from
  for (; next < messages.length; next++) {
    const message = messages[next] as MessageFields
    // A large one has a frame of its own.
    if (next > from && writer.frameBytes + message.body.length > bytes) break
    writeDelivered(writer, message)
  }
  writer.fillU8(isMore, next < messages.length ? 1 : 0)
  writer.fillU32(count, next - from)
  return next
}

/** Reads the payload of an answer; undefined if there is no such kind. */
export function readAnswer(kind: number, reader: Reader): Answer | undefined {
  switch (kind) {
    case Kind.ids:
      return { kind: 'ids', ids: readIds(reader) }
    case Kind.full:
      return { kind: 'full' }
    case Kind.messages:
      return { kind: 'messages', isMore: reader.u8() === 1, messages: readMessages(reader) }
    case Kind.outcome:
      return { kind: 'outcome', outcome: readOutcome(reader) }
    case Kind.outcomes:
      return { kind: 'outcomes', outcomes: readOutcomes(reader) }
    case Kind.value:
      return { kind: 'value', value: reader.left === 0 ? undefined : fromJson(reader.rest()) }
    case Kind.failure:
      return { kind: 'failure', error: readFailure(reader) }
    case Kind.cancelled:
      return { kind: 'cancelled' }
    default:
      return undefined
  }
}

function readIds(reader: Reader): string[] {
  const count = reader.u32()
  const ids: string[] = []
  while (ids.length < count) ids.push(reader.text())
  return ids
}

function readMessages(reader: Reader): Message[] {
  const count = reader.u32()
  const messages: Message[] = []
  while (messages.length < count) messages.push(readDelivered(reader))
  return messages
}

function readOutcome(reader: Reader): AckOutcome | LeaseOutcome {
  const number = reader.u8()
  const outcome = OUTCOMES[number]
  if (outcome === undefined) throw malformed(`outcome ${number}`)
  return outcome
}

function readOutcomes(reader: Reader): AckOutcome[] {
  const count = reader.u32()
  const outcomes: AckOutcome[] = []
  while (outcomes.length < count) {
    const outcome = readOutcome(reader)
    if (outcome === 'held') throw malformed('an acknowledgement that is held')
    outcomes.push(outcome)
  }
  return outcomes
}
