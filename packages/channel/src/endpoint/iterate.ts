import { type Place, rejectInTurn, resolveInTurn, type Waiter } from '@millrace/notify'

/** Waits that are over are let go of when there are as many, and then twice what is left, so that each is looked at twice or so. */
const FEWEST_TO_SWEEP = 8

/**
 * What arrives, for `for await`: `take` answers what is there, `wait` begins to wait for more; `undefined` of either is
 * nothing yet, or the end. Written by hand, since an async generator costs twice as much an item, and so does a second promise.
 *
 * INVARIANT  who leaves takes its waits along: none of them takes a value that nobody will see.
 */
export function iterate<R>(
  take: () => R | undefined,
  wait: () => Waiter<R | undefined>,
): AsyncIterableIterator<R, void, undefined> {
  let left = false
  let sweepAt = FEWEST_TO_SWEEP
  let waits: Waiter<R | undefined>[] = []
  return {
    next() {
      if (left) return resolveInTurn(toResult<R>(undefined))
      try {
        const taken = take()
        if (taken !== undefined) return resolveInTurn({ done: false, value: taken })
      } catch (error) {
        return rejectInTurn(error) // A codec of the user's own could not read its own bytes.
      }
      const waiting = wait()
      if (waits.length >= sweepAt) {
        waits = waits.filter(isWaiting)
        sweepAt = Math.max(FEWEST_TO_SWEEP, 2 * waits.length)
      }
      waits.push(waiting)
      return waiting.promise.then(toResult)
    },
    return() {
      left = true
      for (const waiting of waits.filter(isWaiting)) {
        waiting.list?.remove(waiting)
        waiting.wake(undefined)
      }
      return resolveInTurn(toResult<R>(undefined))
    },
    [Symbol.asyncIterator]() {
      return this
    },
  }
}

function isWaiting({ list }: Place): boolean {
  return list !== undefined
}

function toResult<R>(value: R | undefined): IteratorResult<R, void> {
  return value === undefined ? { done: true, value: undefined } : { done: false, value }
}
