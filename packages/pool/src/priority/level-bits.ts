/** Priorities that have a list: integers from 0 to below this. A word of bits has a bit for each word of bits, so no more. */
export const LEVELS = 1024

/**
 * Which lists are not empty: a bit for each.
 *
 *     tops ──▶ bits of the words that are not 0        words ──▶ bits of the lists
 */
export class LevelBits {
  readonly #words = new Int32Array(LEVELS / 32)
  #tops = 0

  /** The highest that is set; there is one. */
  get highest(): number {
    const word = highestBit(this.#tops)
    return (word << 5) + highestBit(this.#words[word] as number)
  }

  /** The lowest that is set; there is one. */
  get lowest(): number {
    const word = lowestBit(this.#tops)
    return (word << 5) + lowestBit(this.#words[word] as number)
  }

  /** That list is not empty. */
  set(level: number): void {
    const word = level >> 5
    this.#words[word] = (this.#words[word] as number) | (1 << (level & 31))
    this.#tops |= 1 << word
  }

  /** That list is empty. */
  clear(level: number): void {
    const word = level >> 5
    this.#words[word] = (this.#words[word] as number) & ~(1 << (level & 31))
    if (this.#words[word] === 0) this.#tops &= ~(1 << word)
  }
}

function highestBit(bits: number): number {
  return 31 - Math.clz32(bits)
}

function lowestBit(bits: number): number {
  return highestBit(bits & -bits)
}
