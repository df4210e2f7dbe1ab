import type { Lane } from './lane.ts'

/**
 * How much may be outstanding: of each lane so many requests, and so many bytes of them. Both sides count alike.
 *
 * INVARIANT  a request is begun while its lane is below what is granted, in both; so bytes of a lane exceed it by one frame at most.
 * INVARIANT  a lane takes nothing of another: so on one queue receives never keep back the sends they wait for, nor sends the receives and
 *            acknowledgements. All queues share what is granted: where sends that wait for room in one have taken it all, a send to another waits
 *            behind them, and so it is with receives.
 */
export class Credit {
  readonly #maxRequests: number
  readonly #maxBytes: number
  /** Requests of each lane that are not answered. */
  readonly #requests: [number, number, number] = [0, 0, 0]
  /** Bytes of these. */
  readonly #bytes: [number, number, number] = [0, 0, 0]

  /** Granted is what the welcome of the server says. */
  constructor({ maxRequests, maxRequestBytes }: { readonly maxRequests: number; readonly maxRequestBytes: number }) {
    this.#maxRequests = maxRequests
    this.#maxBytes = maxRequestBytes
  }

  /** Whether another request may be begun. */
  isLeft(lane: Lane): boolean {
    return this.#requests[lane] < this.#maxRequests && this.#bytes[lane] < this.#maxBytes
  }

  /** A request is begun, of so many bytes. */
  take(lane: Lane, bytes: number): void {
    this.#requests[lane]++
    this.#bytes[lane] += bytes
  }

  /** A request is answered. */
  giveBack(lane: Lane, bytes: number): void {
    this.#requests[lane]--
    this.#bytes[lane] -= bytes
  }
}
