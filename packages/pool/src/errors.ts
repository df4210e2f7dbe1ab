/**
 * Why the pool failed a task or a submit.
 *
 * - `full`: `maxPending` tasks are pending and `overflow` is `reject`; or a priority pool holds `capacity` items
 * - `closed`: the pool was shut down, or closed
 * - `timeout`: the task ran longer than its `runTimeoutMs`
 * - `crashed`: the thread died while it ran the task: uncaught error, `process.exit`, out of memory
 * - `load-failed`: no thread could load the module
 * - `uncloneable`: an argument, the result or what was thrown cannot be sent between threads
 */
export type PoolErrorCode = 'full' | 'closed' | 'timeout' | 'crashed' | 'load-failed' | 'uncloneable'

/** What a `PoolError` says beside its message. */
export interface PoolErrorOptions extends ErrorOptions {
  /** With what code the thread exited. */
  readonly exitCode?: number | undefined
  /** The item that a priority pool did not take. */
  readonly value?: unknown
}

/** A failure of the pool, not of the task's own code; what that throws arrives as it is. */
export class PoolError extends Error {
  override readonly name: string = 'PoolError'
  /** Tells the reasons apart, also between ESM and CJS copies of the class. */
  readonly code: PoolErrorCode
  /** With what code the thread exited, if one did. */
  declare readonly exitCode?: number | undefined
  /** The item that a priority pool did not take. */
  declare readonly value?: unknown

  constructor(code: PoolErrorCode, message: string, options?: PoolErrorOptions) {
    super(message, options)
    this.code = code
    if (options?.value !== undefined) this.value = options.value
    if (options?.exitCode !== undefined) this.exitCode = options.exitCode
  }
}
