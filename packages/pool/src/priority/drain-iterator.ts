const END: IteratorReturnResult<undefined> = { done: true, value: undefined }

/** One item after the other, for `for await`. Calls that come while others wait are served in their order. */
export class DrainIterator<T> implements AsyncIterator<T, undefined>, AsyncIterable<T> {
  readonly #drain: (left: AbortSignal) => Promise<T[]>
  readonly #left = new AbortController()

  /** `drain` takes one item, or none at the end. */
  constructor(drain: (left: AbortSignal) => Promise<T[]>) {
    this.#drain = drain
  }

  async next(): Promise<IteratorResult<T, undefined>> {
    const { signal } = this.#left
    if (signal.aborted) return END
    try {
      const [value] = await this.#drain(signal)
      return value === undefined ? END : { done: false, value }
    } catch (error) {
      if (signal.aborted) return END
      throw error
    }
  }

  /** Leaves: waits that were begun end without an item. */
  async return(): Promise<IteratorReturnResult<undefined>> {
    this.#left.abort()
    return END
  }

  [Symbol.asyncIterator](): this {
    return this
  }
}
