import type { Receiver, Value } from '@millrace/mpsc'
import { show } from './options.ts'
import { isThenable } from './thenable.ts'

/** Where items are tapped: an iterator, or what acts like one. Answers of `next` may be promises. */
export interface Tap {
  next(): unknown
  return?(): unknown
}

/** Begins to read a source, for a run that aborts `signal` when it fails. */
export type OpenTap = (signal: AbortSignal) => Tap

/** How to read `source`. Throws `TypeError` if it cannot be read. */
export function tapOf(source: unknown): OpenTap {
  const given = Object(source) as Partial<Receiver<Value> & AsyncIterable<unknown> & Iterable<unknown>>
  if (typeof given.receive === 'function' && typeof given.tryReceive === 'function') {
    return (signal) => receiverTap(given as Receiver<Value>, signal)
  }
  if (typeof given[Symbol.asyncIterator] === 'function') {
    return () => (given as AsyncIterable<unknown>)[Symbol.asyncIterator]() as Tap
  }
  if (typeof given[Symbol.iterator] === 'function') {
    return () => {
      if (Array.isArray(given)) lookAfter(given)
      return iterableTap((given as Iterable<unknown>)[Symbol.iterator]() as Tap)
    }
  }
  throw new TypeError(`from: expected an iterable, an async iterable or a receiver, got ${show(source)}`)
}

/** Promises in an array may reject before they are reached, or never be reached; whichever comes first fails the run. */
function lookAfter(items: readonly unknown[]): void {
  for (const item of items) if (item instanceof Promise) item.catch(() => {})
}

/** A receiver is taken from without waiting where possible. It stays open: it belongs to whoever made the channel. */
function receiverTap(receiver: Receiver<Value>, signal: AbortSignal): Tap {
  const toResult = (value: Value | undefined) => ({ done: value === undefined, value })
  return {
    next() {
      const value = receiver.tryReceive()
      // An abort frees the place among the waiting receivers, so that a later value stays in the channel.
      return value === undefined ? receiver.receive({ signal }).then(toResult) : toResult(value)
    },
  }
}

/** An iterable may hold promises; they are awaited one by one, as `for await` does. */
function iterableTap(iterator: Tap): Tap {
  return {
    next() {
      const result = iterator.next() as IteratorResult<unknown>
      if (result.done || !isThenable(result.value)) return result
      return Promise.resolve(result.value).then(
        (value) => ({ done: false, value }),
        (error) => {
          try {
            iterator.return?.()
          } catch {} // The first error counts.
          throw error
        },
      )
    },
    return: () => iterator.return?.(),
  }
}
