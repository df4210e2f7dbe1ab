import { type Answer, type Operation, PlainOperation } from './operation.ts'
import type { NameOf } from './word-operation.ts'
import type { Words } from './words.ts'

/**
 * Parks the actor if the word has the expected value. The queue of the parked belongs to the scheduler; only a notify,
 * which counts as a write of the word, can tell its order.
 */
export class WaitOperation extends PlainOperation {
  override readonly kind = 'wait'
  override readonly mayTimeOut: boolean
  readonly #words: Words
  readonly #nameOf: NameOf
  readonly #word: number
  readonly #expected: number

  constructor(words: Words, nameOf: NameOf, word: number, expected: number, mayTimeOut: boolean) {
    super([word], [])
    this.#words = words
    this.#nameOf = nameOf
    this.#word = word
    this.#expected = expected
    this.mayTimeOut = mayTimeOut
  }

  perform(): Answer {
    return this.#words.get(this.#word) === this.#expected ? 'ok' : 'not-equal'
  }

  override isIdle(answer: Answer): boolean {
    return answer === 'not-equal'
  }

  override peek(): Answer {
    return this.perform()
  }

  isSame(other: Operation): boolean {
    return other instanceof WaitOperation && other.#word === this.#word && other.#expected === this.#expected
  }

  describe(answer?: Answer): string {
    const what = `wait ${this.#nameOf(this.#word)} = ${this.#expected}`
    if (answer === undefined) return what
    if (answer === 'not-equal') return `${what}: no, goes on`
    return answer === 'ok' ? `${what}: parks` : `${what}: times out`
  }
}

/** Wakes actors parked at the word, those who parked first. Answers how many. */
export class NotifyOperation extends PlainOperation {
  override readonly kind = 'notify'
  override readonly count: number
  readonly #nameOf: NameOf
  readonly #word: number

  constructor(nameOf: NameOf, word: number, count: number) {
    super([word], [word])
    this.#nameOf = nameOf
    this.#word = word
    this.count = count
  }

  // Only outside an actor: nobody is parked before a run begins.
  perform(): Answer {
    return 0
  }

  isSame(other: Operation): boolean {
    return other instanceof NotifyOperation && other.#word === this.#word && other.count === this.count
  }

  describe(answer?: Answer): string {
    const what = `notify ${this.#nameOf(this.#word)}`
    if (answer === undefined) return what
    return answer === 0 ? `${what}: nobody is parked` : `${what}: wakes ${answer}`
  }
}
