import { BareHeap } from './bare-heap.ts'
import { BareLevels } from './bare-levels.ts'

/**
 * Items that nobody can ask for: they have no ticket, no key and no time. Each is kept without an object of its own, which is most
 * of what an item costs.
 *
 * INVARIANT  numbers come in growing order; of equal ranks the lower one is first.
 */
export interface BareOrder<T> {
  /** How many there are. */
  readonly length: number
  /** The rank of the first; there is one. */
  readonly firstRank: number
  /** The number of the first; there is one. */
  readonly firstSequence: number
  /** Puts one in; false if it keeps none of that rank and number. */
  push(item: T, rank: number, sequence: number): boolean
  /** The one that would be taken first. */
  first(): T | undefined
  /** Takes out the first. */
  pop(): T | undefined
}

/** The order that bare items begin in. */
export function makeBareOrder<T>(structure: 'heap' | 'buckets' | undefined): BareOrder<T> {
  return structure === 'heap' ? new BareHeap<T>() : new BareLevels<T>()
}

/** The same items in an order for more ranks. */
export function widerBareOrder<T>(order: BareOrder<T>): BareOrder<T> {
  if (order instanceof BareHeap) return order
  const heap = new BareHeap<T>()
  while (order.length > 0) {
    const { firstRank, firstSequence } = order
    heap.push(order.pop() as T, firstRank, firstSequence)
  }
  return heap
}
