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

/** The order a pool begins with. Buckets are left for a heap with the first rank that has none. */
export function makeOrder<T>({ compare, structure, isAgeing, isLastNeeded }: OrderPlan<T>): Order<T> {
  if (compare === undefined) return structure === 'heap' || isAgeing ? ranked(isLastNeeded) : new Buckets()
  const isBefore = (a: Entry<T>, b: Entry<T>): boolean => {
    const difference = compare(a.item, b.item)
    return difference < 0 || (difference === 0 && a.sequence < b.sequence)
  }
  const back = isLastNeeded ? new ComparedHeap<T>((a, b) => isBefore(b, a)) : undefined
  return new HeapOrder(new ComparedHeap<T>(isBefore), back)
}

/** An order of the same entries that takes the rank. */
export function orderFor<T>(order: Order<T>, rank: number, isLastNeeded: boolean): Order<T> {
  if (!(order instanceof Buckets) || hasBucket(rank)) return order
  const wider = ranked<T>(isLastNeeded)
  for (const entry of order.entries()) {
    entry.previous = entry.next = undefined
    wider.push(entry)
  }
  return wider
}

function ranked<T>(isLastNeeded: boolean): Order<T> {
  return new HeapOrder<T>(new Heap('first'), isLastNeeded ? new Heap('last') : undefined)
}
