import { Credit, type Welcome } from '@millrace/queue/protocol'
import type { Asked } from './asked.ts'

/**
 * Requests of one connection that are not answered.
 *
 * INVARIANT  the credit of the server is kept.
 * INVARIANT  a number is used again only after the answer. Numbers are small: they are the index of the request, and one.
 */
export class InFlight {
  readonly #credit: Credit
  readonly #asked: (Asked | undefined)[] = []
  readonly #free: number[] = []

  /** Granted is what the server says. */
  constructor(welcome: Welcome) {
    this.#credit = new Credit(welcome)
  }

  /** How many there are. */
  get length(): number {
    return this.#asked.length - this.#free.length
  }

  /** Whether this one may be begun. */
  hasRoom({ lane }: Asked): boolean {
    return this.#credit.isLeft(lane)
  }

  /** A number that is free. */
  freeNumber(): number {
    return this.#free.at(-1) ?? this.#asked.length + 1
  }

  /** One is begun, with the number that was free and so many bytes. */
  begin(asked: Asked, bytes: number): void {
    asked.number = this.#free.pop() ?? this.#asked.length + 1
    asked.frameBytes = bytes
    this.#asked[asked.number - 1] = asked
    this.#credit.take(asked.lane, bytes)
  }

  /** The one with this number. */
  at(number: number): Asked | undefined {
    return this.#asked[number - 1]
  }

  /** One is answered. */
  finish(asked: Asked): void {
    const { number, frameBytes, lane } = asked
    asked.number = 0
    this.#asked[number - 1] = undefined
    this.#free.push(number)
    this.#credit.giveBack(lane, frameBytes)
  }

  /** All of them, in the order they were made. */
  all(): Asked[] {
    return this.#asked.filter((asked) => asked !== undefined).sort((a, b) => a.order - b.order)
  }
}
