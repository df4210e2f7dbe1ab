import { type Arena, arena, attachArena, words } from '@millrace/atomics'

type ArenaMemory = Arena['memory']

/** The most producers, and consumers, of one round, those that replace the killed included. */
export const MOST_THREADS = 64
/** The most values of one producer. */
export const MOST_VALUES: number = 2 ** 15

const DOING = 0
const ATTEMPTED = 4
const CONFIRMED = 8
const ASKING = 12
const THREAD_BYTES = 16
const PRODUCERS: number = 64
const CONSUMERS: number = PRODUCERS + MOST_THREADS * THREAD_BYTES
const SEEN: number = CONSUMERS + MOST_THREADS * THREAD_BYTES
const BYTES: number = SEEN + 4 * MOST_THREADS * MOST_VALUES

const STOPPED = 16
const RECEIVED = 20
const TWICE = 24
const OVERTAKEN = 28
const TORN = 32

/** What the books of a round say when it is over. */
export interface Audit {
  /** Values whose senders were told that they are in the channel. */
  readonly confirmed: number
  /** Values received. */
  readonly received: number
  /** Confirmed values that nobody put down. */
  readonly missing: number
  /** Values received whose senders died before they were told. */
  readonly inDoubt: number
  /** Values received that nobody had begun to send. */
  readonly unsent: number
  readonly twice: number
  readonly overtaken: number
  readonly torn: number
}

/**
 * The books of one round, in a shared memory that is not that of the channel under test.
 *
 *     producer p    attempts values … below ATTEMPTED,   was told of those below CONFIRMED
 *     consumer c    asks for ASKING values at most,      counts each that it got in SEEN, and then one less in ASKING
 *
 * INVARIANT  CONFIRMED ≤ values in the channel or received ≤ ATTEMPTED.
 * INVARIANT  what a killed consumer took and did not count is at most its ASKING.
 */
export class Ledger {
  /** For the other threads to open the same books. */
  readonly memory: ArenaMemory
  readonly #arena: Arena
  readonly #base: number

  /** New books, or those of another thread. */
  constructor(from?: { readonly memory: ArenaMemory; readonly base: number }) {
    this.#arena = from === undefined ? arena({ maxBytes: 2 ** 26, participants: 64 }) : attachArena(from.memory)
    this.#base = from?.base ?? this.#arena.allocate(BYTES)
    this.#arena.views(this.#base + BYTES)
    this.memory = this.#arena.memory
  }

  /** Where they lie in the memory. */
  get base(): number {
    return this.#base
  }

  /** Begins a round with empty books. */
  clear(): void {
    this.#arena.views().u8.fill(0, this.#base + STOPPED, this.#base + BYTES)
  }

  /** Tells producers to end. */
  stop(): void {
    this.#store(STOPPED, 1)
  }

  /** Whether producers are to end. */
  get stopped(): boolean {
    return this.#load(STOPPED) === 1
  }

  /** How many values were counted by consumers. */
  get received(): number {
    return this.#load(RECEIVED)
  }

  /** A producer says what it is about to do, and that values below `upTo` may be in the channel from now on. */
  attempt(producer: number, doing: number, upTo: number): void {
    const at = placeOf(PRODUCERS, producer)
    this.#store(at + DOING, doing)
    this.#store(at + ATTEMPTED, upTo)
  }

  /** A producer was told that its values below `upTo` are in the channel. */
  confirm(producer: number, upTo: number): void {
    this.#store(placeOf(PRODUCERS, producer) + CONFIRMED, upTo)
  }

  /** A consumer says what it is about to do, and how many values that may bring it. */
  ask(consumer: number, doing: number, count: number): void {
    const at = placeOf(CONSUMERS, consumer)
    this.#store(at + DOING, doing)
    this.#store(at + ASKING, count)
  }

  /** A consumer counts a value that it has in hand. */
  count(consumer: number, producer: number, number: number): void {
    const at = this.#base + SEEN + 4 * (producer * MOST_VALUES + number)
    if (words.add(this.#arena, at, 1) > 0) this.#add(TWICE)
    this.#add(RECEIVED)
    words.add(this.#arena, this.#base + placeOf(CONSUMERS, consumer) + ASKING, -1)
  }

  /** A consumer got a value that its producer had sent before one it got already. */
  noteOvertaken(): void {
    this.#add(OVERTAKEN)
  }

  /** A consumer got bytes that nobody sent in this combination. */
  noteTorn(): void {
    this.#add(TORN)
  }

  /** What a thread was about to do last, as the number it gave. */
  doing(side: 'producer' | 'consumer', index: number): number {
    return this.#load(placeOf(side === 'producer' ? PRODUCERS : CONSUMERS, index) + DOING)
  }

  /** How many values a consumer may have in hand. */
  asking(consumer: number): number {
    return Math.max(0, this.#load(placeOf(CONSUMERS, consumer) + ASKING))
  }

  /** Compares what was sent and what was received. Nobody writes any more. */
  audit(): Audit {
    const { i32 } = this.#arena.views()
    const sum = { confirmed: 0, missing: 0, inDoubt: 0, unsent: 0 }
    for (let producer = 0; producer < MOST_THREADS; producer++) {
      const at = placeOf(PRODUCERS, producer)
      const [attempted, confirmed] = [this.#load(at + ATTEMPTED), this.#load(at + CONFIRMED)]
      sum.confirmed += confirmed
      const seen = (this.#base + SEEN + 4 * producer * MOST_VALUES) >> 2
      for (let number = 0; number < MOST_VALUES; number++) {
        if (i32[seen + number] === 0) sum.missing += number < confirmed ? 1 : 0
        else if (number >= attempted) sum.unsent++
        else if (number >= confirmed) sum.inDoubt++
      }
    }
    const [twice, overtaken, torn] = [this.#load(TWICE), this.#load(OVERTAKEN), this.#load(TORN)]
    return { ...sum, received: this.received, twice, overtaken, torn }
  }

  #load(offset: number): number {
    return words.load(this.#arena, this.#base + offset)
  }

  #store(offset: number, value: number): void {
    words.store(this.#arena, this.#base + offset, value)
  }

  #add(offset: number): void {
    words.add(this.#arena, this.#base + offset, 1)
  }
}

function placeOf(table: number, index: number): number {
  return table + index * THREAD_BYTES
}
