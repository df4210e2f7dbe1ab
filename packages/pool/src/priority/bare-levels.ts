import type { BareOrder } from './bare.ts'
import { NUMBERS } from './bare-heap.ts'
import { LEVELS, LevelBits } from './level-bits.ts'

const FIRST_LENGTH = 16
/** A level that is empty keeps no more places than this: all of them together a few megabytes. */
const KEPT_LENGTH = 256

/**
 * Bare items of small ranks: a ring for each, and a bit for each that is not empty.
 *
 * INVARIANT  the bit of a level is set exactly while it is not empty.
 */
export class BareLevels<T> implements BareOrder<T> {
  /** Each from its first item on. */
  readonly #levels = new Array<Level<T> | undefined>(LEVELS).fill(undefined)
  readonly #bits = new LevelBits()
  #length = 0

  get length(): number {
    return this.#length
  }

  get firstRank(): number {
    return this.#bits.highest
  }

  get firstSequence(): number {
    return (this.#levels[this.firstRank] as Level<T>).firstSequence
  }

  push(item: T, rank: number, sequence: number): boolean {
    // The heap keeps no other numbers, and they may all have to go there.
    if ((rank & (LEVELS - 1)) !== rank || sequence >= NUMBERS) return false
    let level = this.#levels[rank]
    if (level === undefined) level = this.#levels[rank] = new Level<T>()
    if (level.length === 0) this.#bits.set(rank)
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
    if (level.length === 0) this.#bits.clear(rank)
    return item
  }
}

/**
 * Items of one rank with their numbers, first in, first out.
 *
 * INVARIANT  both arrays have a place for each index up to the last one that was used: places are added in their order.
 */
class Level<T> {
  #items: (T | undefined)[] = []
  #sequences: number[] = []
  /** One less than there are places. */
  #mask = FIRST_LENGTH - 1
  #head = 0
  #length = 0

  get length(): number {
    return this.#length
  }

  get firstSequence(): number {
    return this.#sequences[this.#head] as number
  }

  push(item: T, sequence: number): void {
    if (this.#length > this.#mask) this.#grow()
    const tail = (this.#head + this.#length) & this.#mask
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
    this.#head = (this.#head + 1) & this.#mask
    this.#length--
    if (this.#length === 0) this.#restart()
    return item
  }

  #restart(): void {
    this.#head = 0
    if (this.#mask < KEPT_LENGTH) return
    this.#items = []
    this.#sequences = []
    this.#mask = FIRST_LENGTH - 1
  }

  /** Twice as many places; the first one is at 0 then. */
  #grow(): void {
    this.#items = turned(this.#items, this.#head)
    this.#sequences = turned(this.#sequences, this.#head)
    this.#mask = 2 * this.#mask + 1
    this.#head = 0
  }
}

/** The same, from that index on. */
function turned<V>(values: V[], head: number): V[] {
  return head === 0 ? values : [...values.slice(head), ...values.slice(0, head)]
}
