/**
 * Why an engine refuses something.
 *
 * - `missing`: there is no such queue
 * - `conflict`: there is a queue of that name with other options
 * - `in-flight`: messages of the queue are leased
 * - `full`: there is no room; `bodies` carries what was not sent
 * - `timeout`: there was no room in time; as `full`
 * - `closed`: the engine has been closed, or the queue deleted
 */
export type QueueErrorCode = 'missing' | 'conflict' | 'in-flight' | 'full' | 'timeout' | 'closed'

/** An engine refuses something; `code` tells why. Nothing has been changed. */
export class QueueError extends Error {
  override readonly name = 'QueueError'
  readonly code: QueueErrorCode
  /** What was not sent. */
  readonly bodies: readonly (Uint8Array | string)[]

  constructor(code: QueueErrorCode, message: string, bodies: readonly (Uint8Array | string)[] = []) {
    super(message)
    this.code = code
    this.bodies = bodies
  }
}
