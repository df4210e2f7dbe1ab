import { Credit, type Welcome } from '@millrace/queue/protocol'
import type { Asked } from './asked.ts'
import { Lane } from './lane.ts'

/** Of the credit, receives that wait take at most this share, … */
const RECEIVES = 1 / 2
/** … and all that may wait this. */
const WAITS = 7 / 8

/**
 * Requests of one connection that are not answered.
 *
 * INVARIANT  the credit of the server is kept; and of that some is left for what is answered at once, since receives wait for sends, and sends
 *            for acknowledgements.
 * INVARIANT  a number is used again only after the answer. Numbers are small: they are the index of the request, and one.
 */
export class InFlight {
  readonly #credit: Credit
  readonly #asked: (Asked | undefined)[] = []
  readonly #free: number[] = []
  readonly #mostReceives: number
  readonly #mostWaits: number
  readonly #mostSendBytes: number
  readonly #counts: [number, number, number] = [0, 0, 0]

  /** Granted is what the server says. */
  constructor(welcome: Welcome) {
    const { maxRequests, maxRequestBytes, maxFrameBytes } = welcome
    this.#credit = new Credit(welcome)
    this.#mostReceives = Math.max(1, Math.floor(maxRequests * RECEIVES))
    this.#mostWaits = Math.max(1, Math.floor(maxRequests * WAITS))
    this.#mostSendBytes = Math.max(maxRequestBytes / 2, maxRequestBytes - maxFrameBytes)
  }

  /** How many there are. */
  get length(): number {
    return this.#credit.requests
  }

  /** Whether one of this lane may be begun. */
  hasRoom(lane: Lane): boolean {
    const { isLeft, bytes } = this.#credit
    if (!isLeft) return false
    if (lane === Lane.prompt) return true
    const receives = this.#counts[Lane.receive]
    if (receives + this.#counts[Lane.send] >= this.#mostWaits) return false
    return lane === Lane.receive ? receives < this.#mostReceives : bytes < this.#mostSendBytes
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
    this.#counts[asked.lane]++
    this.#credit.take(bytes)
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
    this.#counts[lane]--
    this.#credit.giveBack(frameBytes)
  }

  /** All of them, in the order they were made. */
  all(): Asked[] {
    return this.#asked.filter((asked) => asked !== undefined).sort((a, b) => a.order - b.order)
  }
}
