/** Which items of a source are fully processed, by their numbers from 0. Plain data, to be kept as JSON. */
export interface Cursor {
  /** All before this one. */
  readonly next: number
  /** And those in these ranges, each from the first number to the one behind the last; in their order. */
  readonly ahead: readonly (readonly [from: number, to: number])[]
}

/** A set of positions that is filled from the front, more or less. */
export class Positions {
  #next: number
  readonly #ahead = new Set<number>()

  constructor(cursor: Cursor = { next: 0, ahead: [] }) {
    this.#next = cursor.next
    for (const [from, to] of cursor.ahead) for (let position = from; position < to; position++) this.add(position)
  }

  add(position: number): void {
    if (position > this.#next) this.#ahead.add(position)
    else if (position === this.#next) {
      this.#next++
      while (this.#ahead.delete(this.#next)) this.#next++
    }
  }

  has(position: number): boolean {
    return position < this.#next || this.#ahead.has(position)
  }

  toCursor(): Cursor {
    const ahead: [number, number][] = []
    for (const position of [...this.#ahead].sort((a, b) => a - b)) {
      const last = ahead.at(-1)
      if (last !== undefined && last[1] === position) last[1]++
      else ahead.push([position, position + 1])
    }
    return { next: this.#next, ahead }
  }
}
