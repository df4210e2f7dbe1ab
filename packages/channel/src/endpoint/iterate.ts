import { resolveInTurn } from '@millrace/notify'

/**
 * What arrives, for `for await`: `take` answers what is there, `receive` waits for more, and `undefined` of it is the end.
 * Written by hand, since an async generator costs twice as much an item, and so does a second promise.
 *
 * Leaving the loop leaves the receiver as it is.
 */
export function iterate<R>(
  take: () => R | undefined,
  receive: () => Promise<R | undefined>,
): AsyncIterableIterator<R, void, undefined> {
  let left = false
  return {
    next() {
      if (left) return Promise.resolve(toResult<R>(undefined))
      const taken = take()
      return taken === undefined ? receive().then(toResult) : resolveInTurn({ done: false, value: taken })
    },
    return() {
      left = true
      return Promise.resolve(toResult<R>(undefined))
    },
    [Symbol.asyncIterator]() {
      return this
    },
  }
}

function toResult<R>(value: R | undefined): IteratorResult<R, void> {
  return value === undefined ? { done: true, value: undefined } : { done: false, value }
}
