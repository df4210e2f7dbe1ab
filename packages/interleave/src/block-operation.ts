import { type Answer, type Operation, PlainOperation } from './operation.ts'
import type { NameOf } from './word-operation.ts'
import type { Words } from './words.ts'

/** One 64-bit compare-and-exchange of two adjacent words. Answers whether it took place. */
export class PairOperation extends PlainOperation {
  readonly #words: Words
  readonly #nameOf: NameOf
  readonly #word: number
  readonly #from: readonly [number, number]
  readonly #to: readonly [number, number]

  constructor(
    words: Words,
    nameOf: NameOf,
    word: number,
    from: readonly [number, number],
    to: readonly [number, number],
  ) {
    const places = [word, word + 1]
    super(places, places)
    this.#words = words
    this.#nameOf = nameOf
    this.#word = word
    this.#from = from
    this.#to = to
  }

  perform(): Answer {
    if (!this.peek()) return false
    this.#words.set(this.#word, this.#to[0])
    this.#words.set(this.#word + 1, this.#to[1])
    return true
  }

  override isIdle(answer: Answer): boolean {
    return answer === false
  }

  override peek(): boolean {
    return this.#words.get(this.#word) === this.#from[0] && this.#words.get(this.#word + 1) === this.#from[1]
  }

  isSame(other: Operation): boolean {
    return other instanceof PairOperation && String(other.#key) === String(this.#key)
  }

  describe(answer?: Answer): string {
    const names = `${this.#nameOf(this.#word)}, ${this.#nameOf(this.#word + 1)}`
    const change = `cmpxchg ${names} ${this.#from.join(',')}→${this.#to.join(',')}`
    return answer === undefined ? change : `${change} ${answer ? 'ok' : 'fails'}`
  }

  get #key(): readonly number[] {
    return [this.#word, ...this.#from, ...this.#to]
  }
}

/** Bytes of one word copied from elsewhere: a copy is not atomic, so each word of it is a step. */
export class CopyOperation extends PlainOperation {
  readonly #words: Words
  readonly #nameOf: NameOf
  readonly #target: number
  readonly #source: number
  readonly #lengthBytes: number

  constructor(words: Words, nameOf: NameOf, target: number, source: number, lengthBytes: number) {
    super(wordsOf(source, lengthBytes), wordsOf(target, lengthBytes))
    this.#words = words
    this.#nameOf = nameOf
    this.#target = target
    this.#source = source
    this.#lengthBytes = lengthBytes
  }

  perform(): Answer {
    const { bytes } = this.#words
    setBytes(this.#words, this.#target, this.#lengthBytes, (index) => bytes[this.#source + index] ?? 0)
    return undefined
  }

  isSame(other: Operation): boolean {
    return (
      other instanceof CopyOperation &&
      other.#target === this.#target &&
      other.#source === this.#source &&
      other.#lengthBytes === this.#lengthBytes
    )
  }

  describe(): string {
    const part = this.#lengthBytes === 4 ? '' : ` (${this.#lengthBytes} B)`
    return `copy ${this.#nameOf(this.#target >> 2)} ← ${this.#nameOf(this.#source >> 2)}${part}`
  }
}

/** Bytes of one word set to a value. */
export class FillOperation extends PlainOperation {
  readonly #words: Words
  readonly #nameOf: NameOf
  readonly #target: number
  readonly #value: number
  readonly #lengthBytes: number

  constructor(words: Words, nameOf: NameOf, target: number, value: number, lengthBytes: number) {
    super([], wordsOf(target, lengthBytes))
    this.#words = words
    this.#nameOf = nameOf
    this.#target = target
    this.#value = value
    this.#lengthBytes = lengthBytes
  }

  perform(): Answer {
    setBytes(this.#words, this.#target, this.#lengthBytes, () => this.#value)
    return undefined
  }

  isSame(other: Operation): boolean {
    return (
      other instanceof FillOperation &&
      other.#target === this.#target &&
      other.#value === this.#value &&
      other.#lengthBytes === this.#lengthBytes
    )
  }

  describe(): string {
    return `fill ${this.#nameOf(this.#target >> 2)} = ${this.#value}`
  }
}

function wordsOf(ptr: number, lengthBytes: number): number[] {
  const first = ptr >> 2
  const last = (ptr + lengthBytes - 1) >> 2
  return Array.from({ length: last - first + 1 }, (_, index) => first + index)
}

// Through whole words, so that the journal sees them.
function setBytes(words: Words, target: number, lengthBytes: number, byteAt: (index: number) => number): void {
  const values = Array.from({ length: lengthBytes }, (_, index) => byteAt(index))
  for (const word of wordsOf(target, lengthBytes)) {
    let value = words.get(word)
    for (let byte = 0; byte < 4; byte++) {
      const index = word * 4 + byte - target
      if (index < 0 || index >= lengthBytes) continue
      value = (value & ~(0xff << (byte * 8))) | ((values[index] as number) << (byte * 8))
    }
    words.set(word, value)
  }
}
