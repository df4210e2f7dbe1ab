import { QueueError, type QueueErrorCode } from '../errors.ts'
import type { Reader } from './reader.ts'
import type { Writer } from './writer.ts'

const CODES: Readonly<Record<QueueErrorCode, true>> = {
  missing: true,
  conflict: true,
  'in-flight': true,
  full: true,
  timeout: true,
  closed: true,
  locked: true,
  damaged: true,
  'read-only': true,
  unknown: true,
  unreachable: true,
  refused: true,
  'too-large': true,
  busy: true,
  protocol: true,
}

const LONGEST_REASON = 2000

/** Whether it is a `QueueError`. */
export function isQueueError(error: unknown): error is QueueError {
  return error instanceof QueueError
}

/**
 * Writes an error: what it is, its code, why. Bodies are not sent, who sent them has them. What is no `QueueError` and no misuse is told as
 * `unknown` and without its words, which are of the inside of the server.
 */
export function writeFailure(writer: Writer, error: unknown): void {
  if (isQueueError(error)) {
    writer.u8(0)
    writer.text('code', error.code)
    writer.text('reason', reason(error))
  } else if (error instanceof TypeError || error instanceof RangeError) {
    writer.u8(error instanceof TypeError ? 1 : 2)
    writer.text('reason', reason(error))
  } else {
    writer.u8(0)
    writer.text('code', 'unknown')
    writer.text('reason', 'the server failed; it may have been done, or not')
  }
}

/** Reads an error, of the class that was written. */
export function readFailure(reader: Reader): Error {
  const kind = reader.u8()
  if (kind === 1) return new TypeError(reader.text())
  if (kind === 2) return new RangeError(reader.text())
  const code = reader.text()
  // A later version may know others.
  return new QueueError(isCode(code) ? code : 'unknown', reader.text())
}

function isCode(text: string): text is QueueErrorCode {
  return Object.hasOwn(CODES, text)
}

function reason({ message }: Error): string {
  return message.slice(0, LONGEST_REASON).toWellFormed()
}
