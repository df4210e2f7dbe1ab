/** A send on a channel that is closed. The value was not accepted and comes back with the error. */
export class ClosedError<T = unknown> extends Error {
  /** Tells this error apart, also between ESM and CJS copies of the class. */
  readonly code: 'closed' = 'closed'
  override readonly name: string = 'ClosedError'
  /** The value that was not sent; `undefined` if there was none, as for `reserve`. */
  readonly value: T

  constructor(value: T) {
    super(value === undefined ? 'the channel is closed' : 'the channel is closed; the value was not sent')
    this.value = value
  }
}

/** A send on a full channel whose overflow is `"reject"`. The value was not accepted and comes back with the error. */
export class FullError<T = unknown> extends Error {
  /** Tells this error apart, also between ESM and CJS copies of the class. */
  readonly code: 'full' = 'full'
  override readonly name: string = 'FullError'
  /** The value that was not sent. */
  readonly value: T

  constructor(value: T) {
    super('the channel is full; the value was not sent')
    this.value = value
  }
}

/** A `sendMany` or `forward` that could not send all of its values. */
export class CutShortError<T = unknown> extends Error {
  /** Tells this error apart, also between ESM and CJS copies of the class. */
  readonly code: 'cut-short' = 'cut-short'
  override readonly name: string = 'CutShortError'
  /** How many values went into the channel. */
  readonly sent: number
  /** The values that did not, in their order; it reads on in what was given to `sendMany`. */
  readonly rest: Iterable<T>

  constructor(sent: number, rest: Iterable<T>, cause: unknown) {
    super(`cut short after ${sent} values: ${cause instanceof Error ? cause.message : String(cause)}`, { cause })
    this.sent = sent
    this.rest = rest
  }
}
