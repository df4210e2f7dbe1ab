/** So many errors are kept; the others are counted. */
const MOST_ERRORS = 1_000

/** The errors of calls that do not end their run. */
export class Collected {
  readonly #errors: unknown[] = []
  #count = 0

  /** Whether there is any. */
  get isAny(): boolean {
    return this.#count > 0
  }

  add(error: unknown): void {
    this.#count++
    if (this.#errors.length < MOST_ERRORS) this.#errors.push(error)
  }

  /** All of them in one. */
  toError(): AggregateError {
    const how = this.#count > MOST_ERRORS ? `; the first ${MOST_ERRORS} are kept` : ''
    return new AggregateError(this.#errors, `${this.#count} of its calls failed${how}`)
  }
}
