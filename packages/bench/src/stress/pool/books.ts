import { Latencies } from './latencies.ts'

/** What the books of a run say when it is over. */
export interface Audit {
  /** Items whose producers were told that they are in the pool. */
  readonly accepted: number
  /** Items that came out, each counted as often as it did. */
  readonly drained: number
  /** Accepted items that nobody drained. */
  readonly missing: number
  /** Items that came out more than once. */
  readonly twice: number
  /** Items that came out although nobody put them in, or although their producer was told that they are not in. */
  readonly unsent: number
  /** Items that came out and whose producers could not be told whether they are in. */
  readonly inDoubt: number
  /** Items that came out with another payload or priority than they went in with. */
  readonly torn: number
  /** Items in one answer that stood behind an item of lower priority. */
  readonly outOfOrder: number
}

/** Numbers that are in a set, as bits. Grows with the largest. */
export class Bits {
  #words: Uint32Array = new Uint32Array(1024)

  /** No number from this one on is in the set. */
  get limit(): number {
    return this.#words.length * 32
  }

  /** Puts a number in. Whether it was not there. */
  add(number: number): boolean {
    const at = number >>> 5
    if (at >= this.#words.length) this.#grow(at)
    const word = this.#words[at] as number
    const bit = 1 << (number & 31)
    this.#words[at] = word | bit
    return (word & bit) === 0
  }

  has(number: number): boolean {
    return ((this.#words[number >>> 5] ?? 0) & (1 << (number & 31))) !== 0
  }

  #grow(at: number): void {
    const words = new Uint32Array(Math.max(at + 1, this.#words.length * 2))
    words.set(this.#words)
    this.#words = words
  }
}

/** What one producer did. Its items are numbered from 0. */
export class ProducerBook {
  /** Items it began to submit: those below this number. */
  attempted = 0
  /** Items that it was told are in. */
  accepted = 0
  /** Submits that failed, whatever became of their items. */
  errors = 0
  /** Items that it was told are not in. */
  readonly refused: Set<number> = new Set()
  /** Items of which it does not know. */
  readonly doubtful: Set<number> = new Set()
}

/** What the consumers did. */
export class ConsumerBook {
  drained = 0
  drains = 0
  errors = 0
  twice = 0
  torn = 0
  outOfOrder = 0
  /** The numbers that came out, by producer. */
  readonly seen: Bits[] = []
  /** From the begin of the submit until the item is drained. */
  readonly latency: Latencies = new Latencies()
  /** From the call of drain until it answered with something. */
  readonly drainCall: Latencies = new Latencies()

  constructor(producers: number) {
    for (let i = 0; i < producers; i++) this.seen.push(new Bits())
  }

  /** Notes an item that came out. */
  note(producer: number, number: number): void {
    this.drained++
    const seen = this.seen[producer]
    if (seen === undefined) this.torn++
    else if (!seen.add(number)) this.twice++
  }
}

/** Compares what went in with what came out. Nobody writes any more. */
export function audit(producers: readonly ProducerBook[], consumer: ConsumerBook): Audit {
  let [accepted, missing, unsent, inDoubt] = [0, 0, 0, 0]
  for (const [producer, book] of producers.entries()) {
    accepted += book.accepted
    const seen = consumer.seen[producer] ?? new Bits()
    const most = Math.max(book.attempted, seen.limit)
    for (let number = 0; number < most; number++) {
      const isIn = number < book.attempted && !book.refused.has(number)
      if (!seen.has(number)) missing += isIn && !book.doubtful.has(number) ? 1 : 0
      else if (!isIn) unsent++
      else if (book.doubtful.has(number)) inDoubt++
    }
  }
  const { drained, twice, torn, outOfOrder } = consumer
  return { accepted, drained, missing, twice, unsent, inDoubt, torn, outOfOrder }
}
