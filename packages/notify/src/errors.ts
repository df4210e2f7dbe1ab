/** A wait that lasted longer than its `timeoutMs`. Nothing was taken and nothing is lost. */
export class TimeoutError extends Error {
  /** Tells this error apart, also between ESM and CJS copies of the class. */
  readonly code: 'timeout' = 'timeout'
  override readonly name: string = 'TimeoutError'
  /** The time that passed, in milliseconds, as it was asked for. */
  readonly timeoutMs: number

  constructor(timeoutMs: number) {
    super(`timed out after ${timeoutMs} ms`)
    this.timeoutMs = timeoutMs
  }
}
