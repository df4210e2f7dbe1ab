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
 *     keys    by place: −rank · 2³² + sequence, so no two are equal. The children of i are at 4(i − 2) to 4(i − 2) + 3
 *     slots   by place: where the item is; behind the last place, slots that are free
 *     items   by slot
 *
 * INVARIANT  no key is less than that of its parent.
 * INVARIANT  from the root on each slot is in one place.
 */
export class BareHeap<T> implements BareOrder<T> {
  #keys = new Float64Array(FIRST_LENGTH)
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
    this.#sinkLast()
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
    for (let child = 4; child < end; child = 4 * (at - 2)) {
      const behind = Math.min(child + 4, end)
      let least = child
      let leastKey = keys[child] as number
      for (let other = child + 1; other < behind; other++) {
        const otherKey = keys[other] as number
        if (otherKey < leastKey) {
          least = other
          leastKey = otherKey
        }
      }
      if (leastKey > key) break
      keys[at] = leastKey
      slots[at] = slots[least] as number
      at = least
    }
    keys[at] = key
    slots[at] = slot
  }

  #restart(): void {
    this.#keys = new Float64Array(FIRST_LENGTH)
    this.#slots = slotsOf(FIRST_LENGTH)
    this.#items = []
  }

  #grow(): void {
    const length = 2 * this.#slots.length
    const [keys, slots] = [this.#keys, this.#slots]
    this.#keys = new Float64Array(length)
    this.#keys.set(keys)
    this.#slots = slotsOf(length)
    this.#slots.set(slots)
  }
}

/** Every slot is free. */
function slotsOf(length: number): Uint32Array<ArrayBuffer> {
  const slots = new Uint32Array(length)
  for (let place = ROOT; place < length; place++) slots[place] = place - ROOT
  return slots
}
