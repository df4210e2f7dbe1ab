import { random } from '../../random.ts'

/** What is submitted and drained. */
export interface Item {
  readonly producer: number
  /** Counted from 0 by its producer. */
  readonly number: number
  readonly priority: number
  readonly payload: string
  /** When its submit began, by the clock of `performance`, in milliseconds. */
  readonly at: number
}

/** From one number up to another, both of them possible. */
export interface Range {
  readonly least: number
  readonly most: number
}

/** How many different payloads there are: making them anew for each item would be most of what is measured. */
const PAYLOADS = 1024
const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

/**
 * Makes items and tells whether one is as it was made.
 *
 * Priority and payload follow from the seed, the producer and the number, so nothing is kept of an item that is on its way.
 */
export class Items {
  readonly #salt: number
  readonly #priorities: Range
  readonly #payloads: readonly string[]

  constructor(seed: number, payloadBytes: Range, priorities: Range) {
    const chance = random(seed)
    this.#salt = Math.floor(chance.chance() * 2 ** 32)
    this.#priorities = priorities
    this.#payloads = Array.from({ length: PAYLOADS }, () => {
      const length = payloadBytes.least + chance.below(payloadBytes.most - payloadBytes.least + 1)
      return Array.from({ length }, () => chance.of([...LETTERS])).join('')
    })
  }

  make(producer: number, number: number): Item {
    const dice = this.#dice(producer, number)
    return { producer, number, priority: this.#priority(dice), payload: this.#payload(dice), at: performance.now() }
  }

  isWhole({ producer, number, priority, payload }: Item): boolean {
    const dice = this.#dice(producer, number)
    return priority === this.#priority(dice) && payload === this.#payload(dice)
  }

  #priority(dice: number): number {
    const { least, most } = this.#priorities
    return least + (dice % (most - least + 1))
  }

  #payload(dice: number): string {
    return this.#payloads[(dice >>> 10) % PAYLOADS] as string
  }

  /** A hash of the two numbers, after the finalizer of murmur3. */
  #dice(producer: number, number: number): number {
    let bits = this.#salt ^ Math.imul(producer + 1, 0x9e3779b1) ^ Math.imul(number + 1, 0x85ebca6b)
    bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b)
    bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35)
    return (bits ^ (bits >>> 16)) >>> 0
  }
}
