/**
 * Why an engine refuses something, or could not do it.
 *
 * - `missing`: there is no such queue
 * - `conflict`: there is a queue of that name with other options; or it is the dead-letter queue of another, and cannot be deleted
 * - `in-flight`: messages of the queue are leased
 * - `full`: there is no room; `bodies` carries what was not sent
 * - `timeout`: there was no room in time; as `full`
 * - `closed`: the engine has been closed, or the queue deleted
 *
 * On disk:
 *
 * - `locked`: another process has the folder open
 * - `damaged`: the folder, or the body of a message, cannot be read; nothing in it has been changed
 * - `read-only`: the disk failed; what is there can be looked at, nothing can be changed until it is opened anew. What was refused so first may
 *   have been done or not: it is there then, or it is not
 *
 * Over a network:
 *
 * - `unknown`: the connection was lost before the answer came: it may have been done, or not. `bodies` and `dedupKeys` carry what was sent;
 *   sending it again with the same keys is safe
 * - `unreachable`: no connection could be made in time, nothing was sent
 * - `refused`: the server does not know the token, or it does not give that right
 * - `too-large`: the message is larger than the server takes, or than who receives it
 * - `busy`: the server has as many connections, or this one as many requests, as it may
 * - `protocol`: the other side does not speak as it should
 */
export type QueueErrorCode =
  | 'missing'
  | 'conflict'
  | 'in-flight'
  | 'full'
  | 'timeout'
  | 'closed'
  | 'locked'
  | 'damaged'
  | 'read-only'
  | 'unknown'
  | 'unreachable'
  | 'refused'
  | 'too-large'
  | 'busy'
  | 'protocol'

/** What an error carries besides its code. */
export interface QueueErrorDetails {
  /** What was not sent, or nobody knows whether it was. */
  readonly bodies?: readonly (Uint8Array | string)[] | undefined
  /** The dedup keys of these, where they have some. */
  readonly dedupKeys?: readonly (string | undefined)[] | undefined
  /** What it comes from. */
  readonly cause?: unknown
}

/** An engine refuses something, or could not do it; `code` tells why. Nothing has been changed, but perhaps with `unknown` and `read-only`. */
export class QueueError extends Error {
  override readonly name = 'QueueError'
  readonly code: QueueErrorCode
  /** What was not sent, or nobody knows whether it was. */
  readonly bodies: readonly (Uint8Array | string)[]
  /** The dedup keys of these, where they have some. */
  readonly dedupKeys: readonly (string | undefined)[]

  /** Also of other copies of this class, such as that of a CommonJS module beside an ES module. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    return value instanceof Error && value.name === 'QueueError' && 'code' in value
  }

  constructor(code: QueueErrorCode, message: string, details: QueueErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause })
    this.code = code
    this.bodies = details.bodies ?? []
    this.dedupKeys = details.dedupKeys ?? []
  }
}

/** What a receive without a lease that is asked again rejects with. */
export function takenBefore(): QueueError {
  return new QueueError(
    'unknown',
    'the connection was lost before the answer to receive; where there is no lease, what it took is gone',
  )
}

/** Whether it is a message that cannot be read; others can. */
export function isDamaged(error: unknown): error is QueueError {
  return error instanceof QueueError && error.code === 'damaged'
}

const PASSING: ReadonlySet<QueueErrorCode> = new Set(['unreachable', 'unknown', 'busy'])

/** Whether it is what a network does, and does not go on doing. */
export function isPassing(error: unknown): error is QueueError {
  return error instanceof QueueError && PASSING.has(error.code)
}
