import { show } from '@millrace/notify'
import type { Items } from '../api.ts'

/** Reads items, one after the other. */
export class Source<T> {
  /** Whether reading waits. */
  readonly isAsync: boolean
  readonly #iterator: Iterator<T> | AsyncIterator<T>
  /** The items, if they are an array that is read as any other: by index, which makes no object for each. */
  readonly #array: readonly T[] | undefined
  #index = 0
  #isOver = false

  /** Throws `TypeError` for what has no items. */
  constructor(items: Items<T>) {
    checkItems(items)
    this.isAsync = Symbol.asyncIterator in items
    this.#iterator = Symbol.asyncIterator in items ? items[Symbol.asyncIterator]() : items[Symbol.iterator]()
    if (!this.isAsync && Array.isArray(items) && items[Symbol.iterator] === Array.prototype.values) this.#array = items
  }

  /** How many items there are, if that is known; more may come and some may go while they are read. */
  get length(): number {
    return this.#array === undefined ? 0 : this.#array.length
  }

  /** Whether it is known, without reading, that there is no item now. */
  get isEmpty(): boolean {
    return this.#array !== undefined && this.#index >= this.#array.length
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

  /** The next item of a source that does not wait. At the end it is over, and what this answers is no item. */
  take(): T {
    const array = this.#array
    if (array !== undefined) {
      if (this.#index >= array.length) this.#isOver = true
      return array[this.#index++] as T
    }
    const step = (this.#iterator as Iterator<T>).next()
    if (step.done === true) this.#isOver = true
    return step.value
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

/** Throws for what has no items. A text has letters, which nobody means. */
function checkItems(items: Items<unknown>): void {
  if (typeof items === 'object' && items !== null && (Symbol.asyncIterator in items || Symbol.iterator in items)) return
  throw new TypeError(`items: expected an object to iterate over, got ${show(items)}`)
}

/**
 * The same items, so many together; the last time what is left.
 *
 * No generator: one that waits for an item is left only after that came, and would leave its source no sooner.
 */
export class Chunks<T> implements AsyncIterableIterator<T[], undefined> {
  readonly #source: Source<T>
  readonly #size: number

  constructor(items: Items<T>, size: number) {
    this.#source = new Source(items)
    this.#size = size
  }

  async next(): Promise<IteratorResult<T[], undefined>> {
    const source = this.#source
    const chunk: T[] = []
    while (chunk.length < this.#size && !source.isOver) {
      const step = await source.next()
      // A list may have promises in it, as for a loop that awaits.
      if (step !== undefined) chunk.push(source.isAsync ? step.value : await step.value)
    }
    return chunk.length > 0 ? { done: false, value: chunk } : { done: true, value: undefined }
  }

  async return(): Promise<IteratorReturnResult<undefined>> {
    this.#source.leave()
    return { done: true, value: undefined }
  }

  [Symbol.asyncIterator](): this {
    return this
  }
}
