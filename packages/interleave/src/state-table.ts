/**
 * The states seen so far: rows of integers of one width, each found by its whole content and never by a hash alone, so
 * that two different states are never taken for one. Open addressing with linear probing.
 */
export class StateTable {
  readonly #width: number
  #rows: Int32Array
  #slots: Int32Array // Row number + 1; 0 is free.
  #counts: Float64Array
  #length = 0

  constructor(width: number) {
    this.#width = width
    this.#rows = new Int32Array(width * 512)
    this.#slots = new Int32Array(1024)
    this.#counts = new Float64Array(512)
  }

  get length(): number {
    return this.#length
  }

  /** The number of this row, which is added if it is new: then it equals the length before. */
  add(row: Int32Array): number {
    let slot = this.#hash(row, 0) & (this.#slots.length - 1)
    for (;;) {
      const found = this.#slots[slot] as number
      if (found === 0) break
      if (this.#isAt(found - 1, row)) return found - 1
      slot = (slot + 1) & (this.#slots.length - 1)
    }
    if (this.#length * 2 >= this.#slots.length) {
      this.#grow()
      return this.add(row)
    }
    this.#rows.set(row, this.#length * this.#width)
    this.#slots[slot] = ++this.#length
    return this.#length - 1
  }

  /** How many schedules lead from a state to an end. */
  count(state: number): number {
    return this.#counts[state] as number
  }

  setCount(state: number, count: number): void {
    this.#counts[state] = count
  }

  #hash(rows: Int32Array, from: number): number {
    let hash = 0
    for (let at = 0; at < this.#width; at++) {
      hash = Math.imul(hash ^ (rows[from + at] as number), 0x9e3779b1)
      hash ^= hash >>> 15
    }
    return hash
  }

  #isAt(state: number, row: Int32Array): boolean {
    const from = state * this.#width
    for (let at = 0; at < this.#width; at++) if (this.#rows[from + at] !== row[at]) return false
    return true
  }

  #grow(): void {
    const rows = new Int32Array(this.#rows.length * 2)
    rows.set(this.#rows)
    this.#rows = rows
    const counts = new Float64Array(this.#counts.length * 2)
    counts.set(this.#counts)
    this.#counts = counts
    const slots = new Int32Array(this.#slots.length * 2)
    for (let state = 0; state < this.#length; state++) {
      let slot = this.#hash(rows, state * this.#width) & (slots.length - 1)
      while (slots[slot] !== 0) slot = (slot + 1) & (slots.length - 1)
      slots[slot] = state + 1
    }
    this.#slots = slots
  }
}
