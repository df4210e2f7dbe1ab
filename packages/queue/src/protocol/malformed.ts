import { QueueError } from '../errors.ts'

const HTTP = 0x48_54_54_50
const TLS_ALERT = 0x15_03

/** The other side does not speak as it should. */
export function malformed(what: string): QueueError {
  return new QueueError('protocol', `malformed frame: ${what}`)
}

/** Who speaks another protocol that is known, by the first four bytes; undefined for any other. */
export function foreign(first: number): QueueError | undefined {
  if (first === HTTP) return new QueueError('protocol', 'it begins with "HTTP": an HTTP server answered')
  if (first >>> 16 !== TLS_ALERT) return undefined
  return new QueueError('protocol', 'it begins with an alert of TLS: a server answered that speaks TLS')
}

/** A frame is larger than may be. */
export function tooLarge(bytes: number, most: number): QueueError {
  return new QueueError('too-large', `a frame of ${bytes} bytes; at most ${most} are taken`)
}

/** More things than may be are asked for by one request. */
export function tooMany(count: number, things: string, most: number): QueueError {
  return new QueueError('too-large', `${count} ${things} in one request; at most ${most} are taken`)
}
