import type { BareOrder } from './bare.ts'
import { KeyHeap } from './key-heap.ts'
import { Runs } from './runs.ts'

/** Bare items have numbers below this, so that they can be packed with a rank. */
export const NUMBERS: number = 2 ** 32
/** Ranks nearer to 0 than this: packed with a number they are whole numbers less than 2⁵³ apart. */
const RANKS = 2 ** 20
/** So many items make a run: a heap of them, with its items, lies in the nearest cache. */
const RUN_LENGTH = 4_096

/**
 * Bare items by whole ranks, the highest first: a sequence heap (P. Sanders, Fast priority queues for cached memory). What comes goes
 * into a small heap. When that is full it is emptied into a run, which is in order.
 *
 *     push ──▶ heap of the young ──▶ run, run, run …        the first is that of the heap, or of the run that begins with the lowest key
 *
 * The key of an item is −rank · 2³² + sequence, so no two are equal.
 */
export class BareHeap<T> implements BareOrder<T> {
  readonly #young = new KeyHeap<T>()
  readonly #runs = new Runs<T>(RUN_LENGTH)

  get length(): number {
    return this.#young.length + this.#runs.length
  }

  get firstRank(): number {
    // From 0, since the negative of 0 is −0.
    return 0 - Math.floor(this.#firstKey / NUMBERS)
  }

  get firstSequence(): number {
    return this.#firstKey + this.firstRank * NUMBERS
  }

  push(item: T, rank: number, sequence: number): boolean {
    if ((rank | 0) !== rank || Math.abs(rank) >= RANKS || sequence >= NUMBERS) return false
    if (this.#young.length === RUN_LENGTH) this.#runs.add(this.#young.takeAll())
    this.#young.push(item, sequence - rank * NUMBERS)
    return true
  }

  first(): T | undefined {
    return this.#isYoungFirst() ? this.#young.first : this.#runs.first
  }

  pop(): T | undefined {
    if (this.#isYoungFirst()) return this.#young.pop()
    return this.#runs.length === 0 ? undefined : this.#runs.pop()
  }

  get #firstKey(): number {
    return Math.min(this.#young.firstKey, this.#runs.firstKey)
  }

  #isYoungFirst(): boolean {
    return this.#young.firstKey < this.#runs.firstKey
  }
}
