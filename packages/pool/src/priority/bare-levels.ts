import type { BareOrder } from './bare.ts'
import { LEVELS } from './buckets.ts'

const FIRST_LENGTH = 16
/** A level that is empty keeps no more places than this. */
const KEPT_LENGTH = 1_024

/**
 * Bare items of small ranks: a ring for each, and a bit for each that is not empty.
 *
 *     tops ──▶ bits of the words that are not 0        words ──▶ bits of the levels that are not empty
 *
 * INVARIANT  the bit of a level is set exactly while it is not empty.
 */
export class BareLevels<T> implements BareOrder<T> {
  /** Each from its first item on. */
  readonly #levels = new Array<Level<T> | undefined>(LEVELS).fill(undefined)
  readonly #words = new Int32Array(LEVELS / 32)
  #tops = 0
  #length = 0

  get length(): number {
    return this.#length
  }

  get firstRank(): number {
    const word = 31 - Math.clz32(this.#tops)
    return (word << 5) + 31 - Math.clz32(this.#words[word] as number)
  }

  get firstSequence(): number {
    return (this.#levels[this.firstRank] as Level<T>).firstSequence
  }

  push(item: T, rank: number, sequence: number): boolean {
    if ((rank & (LEVELS - 1)) !== rank) return false
    let level = this.#levels[rank]
    if (level === undefined) level = this.#levels[rank] = new Level<T>()
    if (level.length === 0) {
      this.#words[rank >> 5] = (this.#words[rank >> 5] as number) | (1 << (rank & 31))
      this.#tops |= 1 << (rank >> 5)
    }
    level.push(item, sequence)
    this.#length++
    return true
  }

  first(): T | undefined {
    return this.#length === 0 ? undefined : (this.#levels[this.firstRank] as Level<T>).first()
  }

  pop(): T | undefined {
    if (this.#length === 0) return undefined
    const rank = this.firstRank
    const level = this.#levels[rank] as Level<T>
    const item = level.pop()
    this.#length--
    if (level.length > 0) return item
    const word = rank >> 5
    this.#words[word] = (this.#words[word] as number) & ~(1 << (rank & 31))
    if (this.#words[word] === 0) this.#tops &= ~(1 << word)
    return item
  }
}

/** Items of one rank with their numbers, first in, first out. */
class Level<T> {
  #items: (T | undefined)[] = []
  #sequences = new Float64Array(FIRST_LENGTH)
  #head = 0
  #length = 0

  get length(): number {
    return this.#length
  }

  get firstSequence(): number {
    return this.#sequences[this.#head] as number
  }

  push(item: T, sequence: number): void {
    if (this.#length === this.#sequences.length) this.#grow()
    const tail = (this.#head + this.#length) & (this.#sequences.length - 1)
    this.#items[tail] = item
    this.#sequences[tail] = sequence
    this.#length++
  }

  first(): T | undefined {
    return this.#items[this.#head]
  }

  pop(): T | undefined {
    const item = this.#items[this.#head]
    this.#items[this.#head] = undefined
    this.#head = (this.#head + 1) & (this.#sequences.length - 1)
    this.#length--
    if (this.#length === 0) this.#restart()
    return item
  }

  #restart(): void {
    this.#head = 0
    if (this.#sequences.length <= KEPT_LENGTH) return
    this.#items = []
    this.#sequences = new Float64Array(FIRST_LENGTH)
  }

  /** Twice as many places; the first one is at 0 then. */
  #grow(): void {
    const [items, sequences, head] = [this.#items, this.#sequences, this.#head]
    this.#items = head === 0 ? items : [...items.slice(head), ...items.slice(0, head)]
    this.#sequences = new Float64Array(2 * sequences.length)
    this.#sequences.set(sequences.subarray(head))
    this.#sequences.set(sequences.subarray(0, head), sequences.length - head)
    this.#head = 0
  }
}
