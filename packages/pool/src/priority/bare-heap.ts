import type { BareOrder } from './bare.ts'

const FIRST_LENGTH = 64
/** A heap that is empty keeps no more places than this. */
const KEPT_LENGTH = 16_384
/** Where the root is: its children begin at 4, and so do not straddle four places, as those of no node do. */
const ROOT = 3
/** Ranks up to this are packed with a number below `NUMBERS`: together they are whole numbers that a double has exactly. */
const MOST_RANK = 2 ** 20
const NUMBERS = 2 ** 32

/**
 * Bare items by whole ranks, the highest first, in a 4-ary heap of typed arrays of which only numbers move (A. LaMarca, R. Ladner,
 * The influence of caches on the performance of heaps). Items stay in their slot.
 *
 *     keys    by place: −rank · 2³² + sequence, so no two are equal. The children of i are at 4(i − 2) to 4(i − 2) + 3;
 *             behind the last place ∞, so that whoever has a child has four
 *     slots   by place: where the item is; behind the last place, slots that are free
 *     items   by slot
 *
 * INVARIANT  no key is less than that of its parent.
 * INVARIANT  from the root on each slot is in one place.
 */
export class BareHeap<T> implements BareOrder<T> {
  #keys = keysOf(FIRST_LENGTH)
  #slots = slotsOf(FIRST_LENGTH)
  #items: (T | undefined)[] = []
  /** Behind the last place. */
  #end = ROOT

  get length(): number {
    return this.#end - ROOT
  }

  get firstRank(): number {
    // From 0, since the negative of 0 is −0.
    return 0 - Math.floor((this.#keys[ROOT] as number) / NUMBERS)
  }

  get firstSequence(): number {
    return (this.#keys[ROOT] as number) + this.firstRank * NUMBERS
  }

  push(item: T, rank: number, sequence: number): boolean {
    if ((rank | 0) !== rank || rank > MOST_RANK || rank < -MOST_RANK || sequence >= NUMBERS) return false
    if (this.#end === this.#slots.length) this.#grow()
    const keys = this.#keys
    const slots = this.#slots
    const slot = slots[this.#end] as number
    this.#items[slot] = item
    const key = sequence - rank * NUMBERS
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
    return true
  }

  first(): T | undefined {
    return this.#end === ROOT ? undefined : this.#items[this.#slots[ROOT] as number]
  }

  pop(): T | undefined {
    if (this.#end === ROOT) return undefined
    const slot = this.#slots[ROOT] as number
    const item = this.#items[slot]
    this.#items[slot] = undefined
    this.#end--
    if (this.#end > ROOT) this.#sinkLast()
    this.#keys[this.#end] = Number.POSITIVE_INFINITY
    this.#slots[this.#end] = slot
    if (this.#end === ROOT && this.#slots.length > KEPT_LENGTH) this.#restart()
    return item
  }

  /** Lets what was last sink from the root. */
  #sinkLast(): void {
    const keys = this.#keys
    const slots = this.#slots
    const end = this.#end
    const key = keys[end] as number
    const slot = slots[end] as number
    let at = ROOT
    // What is to sink counts among the children, if it is one: it is not less than itself. Pairs, since one waits for no other.
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

  #restart(): void {
    this.#keys = keysOf(FIRST_LENGTH)
    this.#slots = slotsOf(FIRST_LENGTH)
    this.#items = []
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
function slotsOf(length: number): Uint32Array<ArrayBuffer> {
  const slots = new Uint32Array(length)
  for (let place = ROOT; place < length; place++) slots[place] = place - ROOT
  return slots
}
