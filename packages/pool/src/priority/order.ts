import type { TicketState } from './api.ts'
import { Buckets, hasBucket } from './buckets.ts'
import { ComparedHeap } from './compared.ts'
import type { Entry, Order } from './entry.ts'
import { Heap } from './heap.ts'

type EntryHeap<T> = Heap<T> | ComparedHeap<T>

/** A heap, and if the last entry is ever asked for a second one the other way round. */
class HeapOrder<T> implements Order<T> {
  readonly #front: EntryHeap<T>
  readonly #back: EntryHeap<T> | undefined

  constructor(front: EntryHeap<T>, back: EntryHeap<T> | undefined) {
    this.#front = front
    this.#back = back
  }

  get length(): number {
    return this.#front.length
  }

  push(entry: Entry<T>): void {
    this.#front.push(entry)
    if (this.#back === undefined) return
    try {
      this.#back.push(entry)
    } catch (error) {
      // The user's function threw: the entry is in neither.
      entry.stamp++
      this.#front.gone()
      throw error
    }
  }

  pop(state: TicketState): Entry<T> | undefined {
    const entry = this.#front.pop()
    if (entry === undefined) return undefined
    entry.leave(state)
    this.#back?.gone()
    return entry
  }

  first(): Entry<T> | undefined {
    return this.#front.first()
  }

  last(): Entry<T> | undefined {
    return this.#back?.first()
  }

  gone(): void {
    this.#front.gone()
    this.#back?.gone()
  }

  entries(): Entry<T>[] {
    return this.#front.entries()
  }
}

/** How entries of a pool are kept. */
export interface OrderPlan<T> {
  readonly compare: ((a: T, b: T) => number) | undefined
  readonly structure: 'heap' | 'buckets' | undefined
  /** Whether ranks are other than what was submitted. */
  readonly isAgeing: boolean
  /** Whether the last one is ever asked for. */
  readonly isLastNeeded: boolean
}

/**
 * Entries by rank: those that have a bucket in theirs, others in a heap.
 *
 * INVARIANT  no rank is in both.
 */
class RankedOrder<T> implements Order<T> {
  readonly #buckets = new Buckets<T>()
  readonly #heap: Order<T>
  #length = 0

  constructor(heap: Order<T>) {
    this.#heap = heap
  }

  get length(): number {
    return this.#length
  }

  push(entry: Entry<T>): void {
    this.#of(entry).push(entry)
    this.#length++
  }

  pop(state: TicketState): Entry<T> | undefined {
    const entry = this.#front().pop(state)
    if (entry !== undefined) this.#length--
    return entry
  }

  first(): Entry<T> | undefined {
    return this.#front().first()
  }

  last(): Entry<T> | undefined {
    const [last, other] = [this.#buckets.last(), this.#heap.last()]
    return last === undefined || (other !== undefined && other.rank < last.rank) ? other : last
  }

  gone(entry: Entry<T>): void {
    this.#of(entry).gone(entry)
    this.#length--
  }

  entries(): Entry<T>[] {
    return [...this.#buckets.entries(), ...this.#heap.entries()]
  }

  /** Where the first is. */
  #front(): Order<T> {
    const [buckets, heap] = [this.#buckets, this.#heap]
    if (buckets.length === this.#length) return buckets
    const first = buckets.first()
    return first === undefined || (heap.first() as Entry<T>).rank > first.rank ? heap : buckets
  }

  #of({ rank }: Entry<T>): Order<T> {
    return hasBucket(rank) ? this.#buckets : this.#heap
  }
}

/** An order of a pool. */
export function makeOrder<T>({ compare, structure, isAgeing, isLastNeeded }: OrderPlan<T>): Order<T> {
  if (compare === undefined) {
    if (structure === 'buckets') return new Buckets<T>()
    const heap = new HeapOrder<T>(new Heap('first'), isLastNeeded ? new Heap('last') : undefined)
    return structure === 'heap' || isAgeing ? heap : new RankedOrder<T>(heap)
  }
  const isBefore = (a: Entry<T>, b: Entry<T>): boolean => {
    const difference = compare(a.item, b.item)
    return difference < 0 || (difference === 0 && a.sequence < b.sequence)
  }
  const back = isLastNeeded ? new ComparedHeap<T>((a, b) => isBefore(b, a)) : undefined
  return new HeapOrder(new ComparedHeap<T>(isBefore), back)
}
