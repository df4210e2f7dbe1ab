import { resolveInTurn } from '@millrace/notify'
import type { Value } from '@millrace/ring'
import type { Receiver } from '../api.ts'

/** A value as an iterator gives it; `undefined` is the end. */
function toResult<R>(value: R | undefined): IteratorResult<R, void> {
  return value === undefined ? { done: true, value: undefined } : { done: false, value }
}

/**
 * The values of a channel, for `for await`; `take` answers what is there. Written by hand, since an async generator
 * costs twice as much an item.
 *
 * Leaving the loop leaves the receiver as it is.
 */
export function iterate<T extends Value>(
  receiver: Pick<Receiver<T>, 'receive'>,
  take: () => T | undefined,
): AsyncIterableIterator<T> {
  return iterator(() => {
    const value = take()
    return value === undefined ? receiver.receive().then(toResult) : resolveInTurn({ done: false, value })
  })
}

/** The values of a receiver in arrays of at most `max`. */
export function batches<T extends Value>(receiver: Receiver<T>, max: number): AsyncIterable<T[]> {
  const next = () => receiver.receiveMany(max).then((values) => toResult(values.length === 0 ? undefined : values))
  return { [Symbol.asyncIterator]: () => iterator(next) }
}

function iterator<R>(more: () => Promise<IteratorResult<R, void>>): AsyncIterableIterator<R> {
  let left = false
  return {
    next: () => (left ? Promise.resolve(toResult<R>(undefined)) : more()),
    return() {
      left = true
      return Promise.resolve(toResult<R>(undefined))
    },
    [Symbol.asyncIterator]() {
      return this
    },
  }
}
