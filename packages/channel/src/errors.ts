/** A send on a channel that is closed. The value was not accepted and comes back with the error. */
export class ClosedError<T = unknown> extends Error {
  /** Tells this error apart, also between ESM and CJS copies of the class. */
  readonly code: 'closed' = 'closed'
  override readonly name: string = 'ClosedError'
  /** The value that was not sent. */
  readonly value: T

  constructor(value: T) {
    super('the channel is closed; the value was not sent')
    this.value = value
  }
}
