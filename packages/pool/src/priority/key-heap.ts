import { orderOf } from './radix.ts'

/** Items in order, with their keys. */
export interface Sorted<T> {
  readonly keys: Float64Array
  readonly items: (T | undefined)[]
}

const FIRST_LENGTH = 64
/** Where the root of a heap is: its children begin at 4, and so do not straddle four places, as those of no node do. */
export const ROOT = 3

/**
 * Items by whole numbers of which no two are equal, the lowest first, in a 4-ary heap of typed arrays of which only numbers move (A. LaMarca,
 * R. Ladner, The influence of caches on the performance of heaps). Items stay in their slot.
 *
 *     keys    by place: the numbers. The children of i are at 4(i − 2) to 4(i − 2) + 3; behind the last place ∞, so that whoever
 *             has a child has four
 *     slots   by place: where the item is; behind the last place, slots that are free
 *     items   by slot
 *
 * INVARIANT  no key is less than that of its parent.
 * INVARIANT  from the root on each slot is in one place.
 */
export class KeyHeap<T> {
  #keys = keysOf(FIRST_LENGTH)
  #slots = slotsOf(FIRST_LENGTH)
  #items: (T | undefined)[] = []
  /** Behind the last place. */
  #end = ROOT

  /** How many items there are. */
  get length(): number {
    return this.#end - ROOT
  }

  /** The lowest key; ∞ if there is none. */
  get firstKey(): number {
    return this.#keys[ROOT] as number
  }

  /** The item of the lowest key. */
  get first(): T | undefined {
    return this.#end === ROOT ? undefined : this.#items[this.#slots[ROOT] as number]
  }

  /** Puts one in. */
  push(item: T, key: number): void {
    if (this.#end === this.#slots.length) this.#grow()
    const keys = this.#keys
    const slots = this.#slots
    const slot = slots[this.#end] as number
    this.#items[slot] = item
    let at = this.#end++
    while (at > ROOT) {
      const parent = (at >> 2) + 2
      const above = keys[parent] as number
      if (above < key) break
      keys[at] = above
      slots[at] = slots[parent] as number
      at = parent
    }
    keys[at] = key
    slots[at] = slot
  }

  /** Takes out the first; there is one. */
  pop(): T {
    const slot = this.#slots[ROOT] as number
    const item = this.#items[slot] as T
    this.#items[slot] = undefined
    const end = --this.#end
    const key = this.#keys[end] as number
    const last = this.#slots[end] as number
    this.#keys[end] = Number.POSITIVE_INFINITY
    this.#slots[end] = slot
    if (end > ROOT) this.#sink(key, last)
    return item
  }

  /** The first has another key from now on, and a higher one. */
  raise(key: number): void {
    this.#sink(key, this.#slots[ROOT] as number)
  }

  /** All items, in no order. */
  all(): T[] {
    return Array.from(this.#slots.subarray(ROOT, this.#end), (slot) => this.#items[slot] as T)
  }

  /** Takes out all, in order. */
  takeAll(): Sorted<T> {
    const unordered = this.#keys.subarray(ROOT, this.#end)
    const slots = this.#slots.subarray(ROOT, this.#end)
    const keys = new Float64Array(this.length)
    const items = new Array<T | undefined>(this.length)
    const order = orderOf(unordered)
    for (let place = 0; place < order.length; place++) {
      const index = order[place] as number
      const slot = slots[index] as number
      keys[place] = unordered[index] as number
      items[place] = this.#items[slot]
      this.#items[slot] = undefined
    }
    unordered.fill(Number.POSITIVE_INFINITY)
    this.#end = ROOT
    return { keys, items }
  }

  /** Lets what has no place sink from the root. */
  #sink(key: number, slot: number): void {
    const keys = this.#keys
    const slots = this.#slots
    const end = this.#end
    let at = ROOT
    // Pairs, since one waits for no other.
    for (let child = 4; child < end; child = 4 * (at - 2)) {
      let least = child
      let leastKey = keys[least] as number
      if ((keys[child + 1] as number) < leastKey) leastKey = keys[++least] as number
      let other = child + 2
      let otherKey = keys[other] as number
      if ((keys[child + 3] as number) < otherKey) otherKey = keys[++other] as number
      if (otherKey < leastKey) {
        least = other
        leastKey = otherKey
      }
      if (leastKey >= key) break
      keys[at] = leastKey
      slots[at] = slots[least] as number
      at = least
    }
    keys[at] = key
    slots[at] = slot
  }

  #grow(): void {
    const length = 2 * this.#slots.length
    const [keys, slots] = [this.#keys, this.#slots]
    this.#keys = keysOf(length)
    this.#keys.set(keys)
    this.#slots = slotsOf(length)
    this.#slots.set(slots)
  }
}

/** No place is taken. */
function keysOf(length: number): Float64Array<ArrayBuffer> {
  return new Float64Array(length).fill(Number.POSITIVE_INFINITY)
}

/** Every slot is free. */
export function slotsOf(length: number): Uint32Array<ArrayBuffer> {
  const slots = new Uint32Array(length)
  for (let place = ROOT; place < length; place++) slots[place] = place - ROOT
  return slots
}
