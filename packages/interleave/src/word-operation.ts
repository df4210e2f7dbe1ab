import { type Answer, type Operation, PlainOperation } from './operation.ts'
import type { Words } from './words.ts'

/** What is done to one word. `read` and `write` are plain, the rest atomic. */
export type Verb = 'read' | 'write' | 'load' | 'store' | 'add' | 'sub' | 'and' | 'or' | 'xchg' | 'cmpxchg'

/** The words of the story for an address. */
export type NameOf = (word: number) => string

const NOTHING: readonly number[] = []

/** A load, store or read-modify-write of one word. Answers the old value; stores answer nothing. */
export class WordOperation extends PlainOperation {
  readonly #words: Words
  readonly #nameOf: NameOf
  readonly #verb: Verb
  readonly #word: number
  readonly #value: number
  readonly #expected: number

  constructor(words: Words, nameOf: NameOf, verb: Verb, word: number, value = 0, expected = 0) {
    const places = [word]
    super(
      verb === 'write' || verb === 'store' ? NOTHING : places,
      verb === 'read' || verb === 'load' ? NOTHING : places,
    )
    this.#words = words
    this.#nameOf = nameOf
    this.#verb = verb
    this.#word = word
    this.#value = value
    this.#expected = expected
  }

  perform(): Answer {
    const old = this.#words.get(this.#word)
    const next = this.#after(old)
    if (next !== old) this.#words.set(this.#word, next)
    return this.#verb === 'write' || this.#verb === 'store' ? undefined : old
  }

  override isIdle(answer: Answer): boolean {
    return typeof answer === 'number' && this.#after(answer) === answer
  }

  override peek(): Answer {
    return this.#words.get(this.#word)
  }

  isSame(other: Operation): boolean {
    return (
      other instanceof WordOperation &&
      other.#verb === this.#verb &&
      other.#word === this.#word &&
      other.#value === this.#value &&
      other.#expected === this.#expected
    )
  }

  describe(answer?: Answer): string {
    const verb = this.#verb
    const what = `${verb} ${this.#nameOf(this.#word)}`
    if (verb === 'write' || verb === 'store') return `${what} = ${this.#value}`
    if (verb === 'read' || verb === 'load') return answer === undefined ? what : `${what} → ${answer}`
    if (verb === 'cmpxchg') {
      const change = `${what} ${this.#expected}→${this.#value}`
      if (answer === undefined) return change
      return answer === this.#expected ? `${change} ok` : `${change} fails, is ${answer}`
    }
    if (answer === undefined) return `${what} ${this.#value}`
    return `${what} ${answer}→${this.#after(Number(answer))}`
  }

  #after(old: number): number {
    switch (this.#verb) {
      case 'read':
      case 'load':
        return old
      case 'add':
        return (old + this.#value) | 0
      case 'sub':
        return (old - this.#value) | 0
      case 'and':
        return old & this.#value
      case 'or':
        return old | this.#value
      case 'cmpxchg':
        return old === this.#expected ? this.#value : old
      default:
        return this.#value
    }
  }
}
