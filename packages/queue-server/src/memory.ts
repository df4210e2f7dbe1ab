/** What one connection holds. */
export interface Share {
  /** Bytes of requests that are not answered, and of answers that are not written. */
  readonly bytes: number
  /** It has more, or less; nothing after it has left. */
  change(bytes: number): void
  /** It holds nothing any more. */
  leave(): void
}

/**
 * The bytes that all connections hold.
 *
 * INVARIANT  the total is the sum of all shares; if it is above what may be, who holds most has been told to leave.
 */
export class Memory {
  readonly #most: number
  readonly #shares = new Map<Share, () => void>()
  bytes = 0

  constructor(most: number) {
    this.#most = most
  }

  /** A share, and how its owner is told to leave. */
  share(onTooMuch: () => void): Share {
    const memory = this
    let own = 0
    let hasLeft = false
    const share: Share = {
      get bytes() {
        return own
      },
      change(bytes) {
        if (hasLeft) return
        own += bytes
        memory.bytes += bytes
        if (bytes > 0 && memory.bytes > memory.#most) memory.#relieve()
      },
      leave() {
        hasLeft = true
        memory.bytes -= own
        own = 0
        memory.#shares.delete(share)
      },
    }
    this.#shares.set(share, onTooMuch)
    return share
  }

  #relieve(): void {
    let most: Share | undefined
    for (const share of this.#shares.keys()) if (most === undefined || share.bytes > most.bytes) most = share
    if (most !== undefined) this.#shares.get(most)?.()
  }
}
