import type { Entry } from './entry.ts'

const FEW = 64

interface Copy<T> {
  readonly entry: Entry<T>
  readonly stamp: number
}

/**
 * Entries by a function, in a 4-ary heap.
 *
 * INVARIANT  what the function throws changes nothing: a way through the heap is found first, and gone then.
 * INVARIANT  a copy counts while its stamp is that of its entry; those that do not are at most as many again, and a few.
 */
export class ComparedHeap<T> {
  readonly #isBefore: (a: Entry<T>, b: Entry<T>) => boolean
  #copies: Copy<T>[] = []
  #length = 0

  constructor(isBefore: (a: Entry<T>, b: Entry<T>) => boolean) {
    this.#isBefore = isBefore
  }

  /** How many entries there are. */
  get length(): number {
    return this.#length
  }

  /** Puts one in. */
  push(entry: Entry<T>): void {
    const copies = this.#copies
    const way: number[] = []
    for (let at = copies.length; at > 0 && this.#isBefore(entry, this.#at((at - 1) >> 2)); at = (at - 1) >> 2)
      way.push(at)
    this.#length++
    let hole = copies.length
    for (const at of way) {
      copies[at] = copies[(at - 1) >> 2] as Copy<T>
      hole = (at - 1) >> 2
    }
    copies[hole] = { entry, stamp: entry.stamp }
  }

  /** Takes out the first. */
  pop(): Entry<T> | undefined {
    const first = this.first()
    if (first === undefined) return undefined
    this.#removeTop()
    this.#length--
    return first
  }

  /** The one that would be taken first. */
  first(): Entry<T> | undefined {
    for (let top = this.#copies[0]; top !== undefined; top = this.#copies[0]) {
      if (top.entry.stamp === top.stamp) return top.entry
      this.#removeTop()
    }
    return undefined
  }

  /** One of them has left. */
  gone(): void {
    this.#length--
    if (this.#copies.length <= 2 * this.#length + FEW) return
    const swept = new ComparedHeap<T>(this.#isBefore)
    for (const entry of this.entries()) swept.push(entry)
    this.#copies = swept.#copies
  }

  /** All of them, in no order. */
  entries(): Entry<T>[] {
    return this.#copies.filter(({ entry, stamp }) => entry.stamp === stamp).map(({ entry }) => entry)
  }

  #at(place: number): Entry<T> {
    return (this.#copies[place] as Copy<T>).entry
  }

  #removeTop(): void {
    const copies = this.#copies
    const last = copies.length - 1
    const way: number[] = []
    for (let at = 0; ; ) {
      const least = this.#leastChild(at, last)
      if (least === undefined || !this.#isBefore(this.#at(least), this.#at(last))) break
      way.push(least)
      at = least
    }
    const moved = copies.pop() as Copy<T>
    if (last === 0) return
    let hole = 0
    for (const at of way) {
      copies[hole] = copies[at] as Copy<T>
      hole = at
    }
    copies[hole] = moved
  }

  #leastChild(parent: number, size: number): number | undefined {
    const child = 4 * parent + 1
    if (child >= size) return undefined
    let least = child
    for (let other = child + 1; other < Math.min(child + 4, size); other++) {
      if (this.#isBefore(this.#at(other), this.#at(least))) least = other
    }
    return least
  }
}
