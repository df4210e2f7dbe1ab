import type { Receiver, Value } from '@millrace/mpsc'
import { show } from '@millrace/notify'
import { isThenable } from './thenable.ts'
import { turned } from './turn.ts'

/** Where items are tapped: an iterator, or what acts like one. Answers of `next` may be promises. */
export interface Tap {
  next(): unknown
  return?(): unknown
  /** Whether `return` takes effect also while an answer of `next` is due: a pipeline ends then, and its calls. */
  readonly isPrompt?: boolean | undefined
}

/** The answer of what has no more items. */
export const END: IteratorResult<unknown, undefined> = { done: true, value: undefined }

/** Begins to read a source, for a run that aborts `signal` when it fails. */
export type OpenTap = (signal: AbortSignal) => Tap

/** How far the reading of a tap is, at any time. */
export interface Reading {
  /** Whether an answer of `next` is due. */
  readonly isInside: boolean
  /** Whether it has ended or failed by itself, and so is closed. */
  readonly hasEnded: boolean
}

/** An answer that is decided is here so many microtasks later, also through a few async functions, each of which takes three. */
const ANSWER_TICKS = 16

/**
 * Closes what has not ended: its `return` is called, and awaited as long as it takes.
 *
 * An answer that is on its way is heard first: it may be the end. If it is still inside of `next` then, `return` cannot take effect before
 * that (an async generator even queues it), and nobody knows when that will be. So unless it is prompt it is given one turn of the event
 * loop, which is enough for one that heeds the same signal. No turn is given before `return`: in it an item might come that nobody wants any more.
 */
export async function closeTap(tap: Tap, reading: Reading): Promise<void> {
  if (typeof tap.return !== 'function') return
  for (let tick = 0; tick < ANSWER_TICKS && reading.isInside; tick++) await undefined
  if (reading.hasEnded) return
  const closing = Promise.resolve(tap.return())
  await (reading.isInside && !tap.isPrompt ? Promise.race([closing, turned()]) : closing)
}

/** Resolves when all have, or rejects with the first of them, but not before all have settled. */
export async function allOver(promises: readonly Promise<unknown>[]): Promise<void> {
  await Promise.allSettled(promises)
  await Promise.all(promises)
}

/** How to read `source`. Throws `TypeError`, saying where, if it cannot be read. */
export function tapOf(source: unknown, where = 'from'): OpenTap {
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
  throw new TypeError(`${where}: expected an iterable, an async iterable or a receiver, got ${show(source)}`)
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
