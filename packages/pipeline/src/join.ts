/** Sources that are made of several others. */

type Readable<T> = AsyncIterable<T> | Iterable<T | PromiseLike<T>>

/**
 * The items of all sources side by side, until the first has none: then the others are closed. Each is asked for its next item when
 * the one before it was taken, all at the same time.
 */
export async function* zipped(sources: readonly Readable<unknown>[]): AsyncGenerator<unknown[], void, undefined> {
  const iterators = sources.map(iteratorOf)
  const open = new Set(iterators)
  try {
    for (;;) {
      const results = await allOf(iterators.map((iterator) => nextOf(iterator, open)))
      if (results.some(({ done }) => done)) return
      yield results.map(({ value }) => value)
    }
  } finally {
    await allOf([...open].map(async (iterator) => iterator.return?.()))
  }
}

type AnyIterator = AsyncIterator<unknown> | Iterator<unknown | PromiseLike<unknown>>

function iteratorOf(source: Readable<unknown>): AnyIterator {
  if (typeof source === 'object' && Symbol.asyncIterator in source) return source[Symbol.asyncIterator]()
  return (source as Iterable<unknown>)[Symbol.iterator]()
}

/** Takes an iterator that has ended, or failed, out of those that are open. */
async function nextOf(iterator: AnyIterator, open: Set<AnyIterator>): Promise<IteratorResult<unknown>> {
  try {
    const result = await iterator.next()
    if (result.done) open.delete(iterator)
    return result.done ? result : { done: false, value: await result.value }
  } catch (error) {
    open.delete(iterator)
    throw error
  }
}

/** All of them; the first failure, but not before all have settled. */
async function allOf<R>(promises: readonly Promise<R>[]): Promise<R[]> {
  await Promise.allSettled(promises)
  return Promise.all(promises)
}

/** The sources one after the other, as items. When it is closed, those that are left are handed to `leave`. */
export function handedOut<S>(sources: readonly S[], leave: (sources: readonly S[]) => void): Iterable<S> {
  let next = 0
  const iterator: Iterator<S> = {
    next() {
      const source = sources[next++]
      return source === undefined ? { done: true, value: undefined } : { done: false, value: source }
    },
    return() {
      leave(sources.slice(next))
      return { done: true, value: undefined }
    },
  }
  return { [Symbol.iterator]: () => iterator }
}
