/**
 * How much may be outstanding: so many requests, and so many bytes of them. Both sides count alike.
 *
 * INVARIANT  a request is begun while both are below what is granted; so bytes exceed it by one frame at most.
 */
export class Credit {
  readonly #requests: number
  readonly #bytes: number
  /** Requests that are not answered. */
  requests = 0
  /** Bytes of these. */
  bytes = 0

  /** Granted is what the welcome of the server says. */
  constructor({ maxRequests, maxRequestBytes }: { readonly maxRequests: number; readonly maxRequestBytes: number }) {
    this.#requests = maxRequests
    this.#bytes = maxRequestBytes
  }

  /** Whether another request may be begun. */
  get isLeft(): boolean {
    return this.requests < this.#requests && this.bytes < this.#bytes
  }

  /** A request is begun, of so many bytes. */
  take(bytes: number): void {
    this.requests++
    this.bytes += bytes
  }

  /** A request is answered. */
  giveBack(bytes: number): void {
    this.requests--
    this.bytes -= bytes
  }
}
