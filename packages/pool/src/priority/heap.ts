import type { Entry } from './entry.ts'
import { ROOT, slotsOf } from './key-heap.ts'

const FIRST_LENGTH = 64
/** A heap that is empty keeps no more places than this. */
const KEPT_LENGTH = 16_384
/** So many old copies are carried along before they are swept out. */
const FEW = 64

/**
 * Entries by a number each, the lowest first, and by a second number among equals.
 *
 * A 4-ary heap in typed arrays, of which only numbers move (A. LaMarca, R. Ladner, The influence of caches on the performance of
 * heaps). Entries stay in their slot.
 *
 *     nodes             key and tie by place: two numbers. The children of the root are at 4 to 7, those of i at 4(i − 2) to 4(i − 2) + 3
 *     slots             by place: where the entry is; behind the last place, slots that are free
 *     entries, stamps   by slot
 *
 * INVARIANT  no node is before its parent.
 * INVARIANT  from the root on each slot is in one place.
 * INVARIANT  a copy counts while its stamp is that of its entry. `#old` are those that do not: as many again at most, and a few.
 */
export class Heap<T> {
  readonly #by: 'first' | 'last' | 'expiry'
  #nodes = new Float64Array(2 * FIRST_LENGTH)
  #slots = slotsOf(FIRST_LENGTH)
  #entries: (Entry<T> | undefined)[] = []
  #stamps = new Uint32Array(FIRST_LENGTH)
  /** Behind the last place. */
  #end = ROOT
  #old = 0

  /** What is first: what the pool drains first, what it drains last, or what expires first. */
  constructor(by: 'first' | 'last' | 'expiry') {
    this.#by = by
  }

  /** How many entries there are. */
  get length(): number {
    return this.#end - ROOT - this.#old
  }

  /** Puts one in. */
  push(entry: Entry<T>): void {
    if (this.#by === 'first') this.#add(entry, -entry.rank, entry.sequence)
    else if (this.#by === 'last') this.#add(entry, entry.rank, -entry.sequence)
    else this.#add(entry, entry.expiresAt ?? Number.POSITIVE_INFINITY, entry.sequence)
  }

  /** Takes out the first. */
  pop(): Entry<T> | undefined {
    const first = this.first()
    if (first !== undefined) this.#removeRoot()
    return first
  }

  /** The one that would be taken first. */
  first(): Entry<T> | undefined {
    while (this.#end > ROOT) {
      const slot = this.#slots[ROOT] as number
      const entry = this.#entries[slot] as Entry<T>
      if (this.#old === 0 || entry.stamp === this.#stamps[slot]) return entry
      this.#removeRoot()
      this.#old--
    }
    return undefined
  }

  /** One of them has left. */
  gone(): void {
    this.#old++
    if (this.#old > this.length + FEW) this.#sweep()
  }

  /** All of them, in no order. */
  entries(): Entry<T>[] {
    return this.#entries.filter(
      (entry, slot): entry is Entry<T> => entry !== undefined && entry.stamp === this.#stamps[slot],
    )
  }

  #add(entry: Entry<T>, key: number, tie: number): void {
    if (this.#end === this.#slots.length) this.#grow()
    const slot = this.#slots[this.#end] as number
    this.#entries[slot] = entry
    this.#stamps[slot] = entry.stamp
    this.#rise(this.#end++, key, tie, slot)
  }

  #removeRoot(): void {
    const slot = this.#slots[ROOT] as number
    this.#entries[slot] = undefined
    const last = --this.#end
    if (last > ROOT) this.#sinkFrom(ROOT, last)
    this.#slots[last] = slot
    if (last === ROOT && this.#slots.length > KEPT_LENGTH) this.#restart()
  }

  #rise(from: number, key: number, tie: number, slot: number): void {
    const nodes = this.#nodes
    const slots = this.#slots
    let at = from
    while (at > ROOT) {
      const parent = (at >> 2) + 2
      const above = nodes[2 * parent] as number
      if (above < key || (above === key && (nodes[2 * parent + 1] as number) < tie)) break
      nodes[2 * at] = above
      nodes[2 * at + 1] = nodes[2 * parent + 1] as number
      slots[at] = slots[parent] as number
      at = parent
    }
    nodes[2 * at] = key
    nodes[2 * at + 1] = tie
    slots[at] = slot
  }

  /** Lets what is at one place sink from another. */
  #sinkFrom(to: number, place: number): void {
    const nodes = this.#nodes
    const slots = this.#slots
    const end = this.#end
    const key = nodes[2 * place] as number
    const tie = nodes[2 * place + 1] as number
    const slot = slots[place] as number
    let at = to
    for (let child = 4 * (at - 2); child < end; child = 4 * (at - 2)) {
      const behind = Math.min(child + 4, end)
      let least = child
      let leastKey = nodes[2 * child] as number
      for (let other = child + 1; other < behind; other++) {
        const otherKey = nodes[2 * other] as number
        if (otherKey > leastKey) continue
        if (otherKey === leastKey && (nodes[2 * other + 1] as number) > (nodes[2 * least + 1] as number)) continue
        least = other
        leastKey = otherKey
      }
      const leastTie = nodes[2 * least + 1] as number
      if (leastKey > key || (leastKey === key && leastTie > tie)) break
      nodes[2 * at] = leastKey
      nodes[2 * at + 1] = leastTie
      slots[at] = slots[least] as number
      at = least
    }
    nodes[2 * at] = key
    nodes[2 * at + 1] = tie
    slots[at] = slot
  }

  /** Throws out the old copies. */
  #sweep(): void {
    let kept = ROOT
    for (let at = ROOT; at < this.#end; at++) {
      const slot = this.#slots[at] as number
      if ((this.#entries[slot] as Entry<T>).stamp !== this.#stamps[slot]) {
        this.#entries[slot] = undefined
        continue
      }
      this.#nodes[2 * kept] = this.#nodes[2 * at] as number
      this.#nodes[2 * kept + 1] = this.#nodes[2 * at + 1] as number
      this.#slots[at] = this.#slots[kept] as number
      this.#slots[kept++] = slot
    }
    this.#end = kept
    this.#old = 0
    for (let at = kept - 1; at >= ROOT; at--) this.#sinkFrom(at, at)
  }

  #restart(): void {
    this.#nodes = new Float64Array(2 * FIRST_LENGTH)
    this.#slots = slotsOf(FIRST_LENGTH)
    this.#entries = []
    this.#stamps = new Uint32Array(FIRST_LENGTH)
  }

  #grow(): void {
    const length = this.#slots.length * 2
    this.#nodes = longer(this.#nodes, new Float64Array(2 * length))
    this.#slots = longer(this.#slots, slotsOf(length))
    this.#stamps = longer(this.#stamps, new Uint32Array(length))
  }
}

function longer<A extends Float64Array | Uint32Array>(from: A, to: A): A {
  to.set(from)
  return to
}
