import { QueueError } from '../errors.ts'

/** The other side does not speak as it should. */
export function malformed(what: string): QueueError {
  return new QueueError('protocol', `malformed frame: ${what}`)
}

/** A frame is larger than may be. */
export function tooLarge(bytes: number, most: number): QueueError {
  return new QueueError('too-large', `a frame of ${bytes} bytes; at most ${most} are taken`)
}
