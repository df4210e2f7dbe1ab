import { Credit, type Welcome } from '@millrace/queue/protocol'
import type { Asked } from './asked.ts'
import { Lane } from './lane.ts'

/** Of what the server grants, so much is for receives that wait, … */
const RECEIVES = { requests: 3 / 8, bytes: 1 / 8 } as const
/** … so much for sends that may wait; the rest is for what is answered at once. */
const SENDS = { requests: 1 / 2, bytes: 5 / 8 } as const

/**
 * Requests of one connection that are not answered.
 *
 * INVARIANT  the credit of the server is kept.
 * INVARIANT  receives that wait, sends that may wait and what is answered at once have each a share that the others leave alone, since receives
 *            wait for sends, and sends for receives and acknowledgements. Each kind of wait may have one under way whatever its share: only with a
 *            grant of less than three requests, or of about one frame, nothing may be left for the others.
 * INVARIANT  a number is used again only after the answer. Numbers are small: they are the index of the request, and one.
 */
export class InFlight {
  readonly #credit: Credit
  readonly #asked: (Asked | undefined)[] = []
  readonly #free: number[] = []
  readonly #most: readonly [Share, Share]
  readonly #counts: [number, number, number] = [0, 0, 0]
  readonly #bytes: [number, number, number] = [0, 0, 0]

  /** Granted is what the server says. */
  constructor(welcome: Welcome) {
    this.#credit = new Credit(welcome)
    this.#most = [shareOf(RECEIVES, welcome), shareOf(SENDS, welcome)]
  }

  /** How many there are. */
  get length(): number {
    return this.#credit.requests
  }

  /** Whether this one may be begun. */
  hasRoom({ lane, bodyBytes }: Asked): boolean {
    if (!this.#credit.isLeft) return false
    if (lane === Lane.prompt || this.#counts[lane] === 0) return true
    const most = this.#most[lane]
    return this.#counts[lane] < most.requests && this.#bytes[lane] + bodyBytes < most.bytes
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
    this.#bytes[asked.lane] += bytes
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
    this.#bytes[lane] -= frameBytes
    this.#credit.giveBack(frameBytes)
  }

  /** All of them, in the order they were made. */
  all(): Asked[] {
    return this.#asked.filter((asked) => asked !== undefined).sort((a, b) => a.order - b.order)
  }
}

/** Requests, and bytes of them. */
interface Share {
  readonly requests: number
  readonly bytes: number
}

function shareOf({ requests, bytes }: Share, { maxRequests, maxRequestBytes }: Welcome): Share {
  return { requests: Math.floor(maxRequests * requests), bytes: maxRequestBytes * bytes }
}
