import { inspect } from 'node:util'
import type { Items } from '../api.ts'

/** Reads items, one after the other. */
export class Source<T> {
  /** Whether reading waits. */
  readonly isAsync: boolean
  readonly #iterator: Iterator<T> | AsyncIterator<T>
  #isOver = false

  /** Throws `TypeError` for what has no items. */
  constructor(items: Items<T>) {
    if (typeof items !== 'object' || items === null || !(Symbol.asyncIterator in items || Symbol.iterator in items)) {
      throw new TypeError(`items: expected something to iterate over, got ${inspect(items)}`)
    }
    this.isAsync = Symbol.asyncIterator in items
    this.#iterator = Symbol.asyncIterator in items ? items[Symbol.asyncIterator]() : items[Symbol.iterator]()
  }

  /** Whether there are no more items, or none is wanted. */
  get isOver(): boolean {
    return this.#isOver
  }

  /** The next item, in a box; undefined at the end. A promise of it if reading waits. */
  next(): { readonly value: T } | undefined | Promise<{ readonly value: T } | undefined> {
    const step = this.#iterator.next()
    return this.isAsync ? Promise.resolve(step).then((read) => this.#read(read)) : this.#read(step as IteratorResult<T>)
  }

  /** No more items are wanted. What the source throws then concerns nobody who was promised its items. */
  leave(): void {
    if (this.#isOver) return
    this.#isOver = true
    try {
      Promise.resolve(this.#iterator.return?.()).catch(() => {})
    } catch {}
  }

  #read(step: IteratorResult<T>): { readonly value: T } | undefined {
    if (step.done !== true) return step
    this.#isOver = true
    return undefined
  }
}

/** The same items, so many together; the last time what is left. */
export async function* chunksOf<T>(items: Items<T>, size: number): AsyncGenerator<T[], void, undefined> {
  let chunk: T[] = []
  for await (const item of items) {
    chunk.push(item)
    if (chunk.length < size) continue
    yield chunk
    chunk = []
  }
  if (chunk.length > 0) yield chunk
}
