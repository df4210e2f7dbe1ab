/** Which items of a source are fully processed, by their numbers from 0. Plain data, to be kept as JSON. */
export interface Cursor {
  /** All before this one. */
  readonly next: number
  /** And those in these ranges, each from the first number to the one behind the last; in their order. */
  readonly ahead: readonly (readonly [from: number, to: number])[]
}

/**
 * A set of positions that is filled from the front, more or less.
 *
 * INVARIANT  the ranges are in their order, and neither they nor `next` touch each other.
 */
export class Positions {
  #next: number
  readonly #ahead: [from: number, to: number][] = []

  constructor(cursor: Cursor = { next: 0, ahead: [] }) {
    this.#next = cursor.next
    for (const [from, to] of cursor.ahead) this.#addRange(from, to)
  }

  add(position: number): void {
    this.#addRange(position, position + 1)
  }

  has(position: number): boolean {
    if (position < this.#next) return true
    const range = this.#ahead[this.#placeOf(position) - 1]
    return range !== undefined && position < range[1]
  }

  toCursor(): Cursor {
    return { next: this.#next, ahead: this.#ahead.map(([from, to]): [number, number] => [from, to]) }
  }

  /** Of a range that is not in it, except for what is before `next`. */
  #addRange(from: number, to: number): void {
    if (to <= this.#next) return
    const place = this.#placeOf(from)
    const before = this.#ahead[place - 1]
    const after = this.#ahead[place]
    if (from <= this.#next) {
      this.#next = to
      if (after !== undefined && after[0] <= to) this.#next = (this.#ahead.shift() as [number, number])[1]
    } else if (before !== undefined && before[1] >= from) {
      before[1] = Math.max(before[1], to)
      if (after === undefined || after[0] > before[1]) return
      before[1] = Math.max(before[1], after[1])
      this.#ahead.splice(place, 1)
    } else if (after !== undefined && after[0] <= to) after[0] = from
    else this.#ahead.splice(place, 0, [from, to])
  }

  /** The number of ranges that begin at this position or before it: nearly always all of them. */
  #placeOf(position: number): number {
    let low = 0
    let high = this.#ahead.length
    if (high > 0 && (this.#ahead[high - 1] as [number, number])[0] <= position) return high
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.#ahead[middle] as [number, number])[0] <= position) low = middle + 1
      else high = middle
    }
    return low
  }
}
