const END = { done: true, value: undefined } as const

/**
 * The results of a step, for `for await`; `undefined` of it is the end. However many results are asked for at once, one step runs
 * at a time, so each call gets its own, in the order of the calls.
 *
 * INVARIANT  `left` is aborted when the iterator is left: the step that waits ends, and no other begins.
 */
export function inTurn<R>(
  step: (left: AbortSignal) => Promise<R | undefined>,
): AsyncIterableIterator<R, void, undefined> {
  const left = new AbortController()
  let last: Promise<unknown> = Promise.resolve()

  async function advance(): Promise<IteratorResult<R, void>> {
    if (left.signal.aborted) return END
    try {
      const value = await step(left.signal)
      return value === undefined ? END : { done: false, value }
    } catch (error) {
      if (left.signal.aborted) return END
      throw error
    }
  }

  return {
    next() {
      const result = last.then(advance, advance)
      last = result
      return result
    },
    return() {
      left.abort()
      return Promise.resolve(END)
    },
    [Symbol.asyncIterator]() {
      return this
    },
  }
}
