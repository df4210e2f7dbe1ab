/** Why a run ends before its source does. Boxed, since anything can be thrown, `undefined` too. */
interface Cause {
  readonly error: unknown
  /** Whether the consumer wanted no more: then an error on the way out is news, and not a consequence. */
  readonly leaving: boolean
}

/**
 * The first error of a run, and what follows from it. The one place that decides how a run fails.
 *
 *     fail ──▶ signal aborts ──▶ what runs is awaited ──▶ source closes ──▶ reject with the first error
 *              nothing starts      (the schedule)            (conclude)          (the run)
 *
 * INVARIANT  only the first cause counts: later ones are its consequences, and dropped.
 * INVARIANT  after `seal` nothing fails any more: the run has succeeded.
 */
export class Failure {
  readonly #controller = new AbortController()
  #cause: Cause | undefined
  #sealed = false

  /** Aborts with the failure. */
  get signal(): AbortSignal {
    return this.#controller.signal
  }

  /** Whether the run fails. */
  get happened(): boolean {
    return this.#cause !== undefined
  }

  /** What the run fails with. */
  get error(): unknown {
    return this.#cause?.error
  }

  /** The run fails with `error`; false if it has failed or succeeded before. Aborts the signal before it returns. */
  fail(error: unknown, leaving = false): boolean {
    if (this.#cause !== undefined || this.#sealed) return false
    this.#cause = { error, leaving }
    this.#controller.abort(error)
    return true
  }

  /** The run has succeeded. */
  seal(): void {
    this.#sealed = true
  }

  /** Closes what the items came from, when nothing else runs any more. Never rejects. */
  async conclude(close: () => Promise<void>): Promise<void> {
    try {
      await close()
    } catch (error) {
      if (this.#cause?.leaving) this.#cause = { error, leaving: false }
    }
  }
}

/** The error of an abort without a reason. */
export function abortError(message: string): DOMException {
  return new DOMException(message, 'AbortError')
}
