import type { Value } from '@millrace/ring'
import type { Receiver } from '../api.ts'
import { turn } from '../turn.ts'

/**
 * The values of a channel, for `for await`; `take` answers what is there. Written by hand, since an async generator
 * costs twice as much an item.
 *
 * Leaving the loop leaves the receiver as it is.
 */
export function iterate<T extends Value>(
  receiver: Pick<Receiver<T>, 'receive'>,
  take: () => T | undefined,
): AsyncIterator<T, void, undefined> {
  return {
    next() {
      const value = take()
      if (value === undefined) return receiver.receive().then(toResult)
      const due = turn()
      return due === undefined ? Promise.resolve({ done: false, value }) : due.then(() => ({ done: false, value }))
    },
    return: leave,
  }
}

/** The values of a receiver in arrays of at most `max`. */
export function batches<T extends Value>(receiver: Receiver<T>, max: number): AsyncIterable<T[]> {
  const next = (): Promise<IteratorResult<T[], void>> =>
    receiver
      .receiveMany(max)
      .then((values) => (values.length === 0 ? { done: true, value: undefined } : { done: false, value: values }))
  return { [Symbol.asyncIterator]: () => ({ next, return: leave }) }
}

function toResult<T extends Value>(value: T | undefined): IteratorResult<T, void> {
  return value === undefined ? { done: true, value } : { done: false, value }
}

function leave(): Promise<IteratorReturnResult<void>> {
  return Promise.resolve({ done: true, value: undefined })
}
