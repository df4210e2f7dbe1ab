/**
 * Who is connected: how many in all, and of each address.
 *
 * INVARIANT  who was counted in is counted out once.
 */
export class Census {
  readonly #most: number
  readonly #mostPerAddress: number
  readonly #addresses = new Map<string, number>()
  total = 0

  constructor(limits: { readonly maxConnections: number; readonly maxConnectionsPerAddress: number }) {
    this.#most = limits.maxConnections
    this.#mostPerAddress = limits.maxConnectionsPerAddress
  }

  /** Counts one in, or tells why not. */
  enter(address: string): 'entered' | 'connections' | 'address' {
    if (this.total >= this.#most) return 'connections'
    const count = this.#addresses.get(address) ?? 0
    if (count >= this.#mostPerAddress) return 'address'
    this.#addresses.set(address, count + 1)
    this.total++
    return 'entered'
  }

  /** Counts one out. */
  leave(address: string): void {
    const count = this.#addresses.get(address) ?? 0
    if (count === 1) this.#addresses.delete(address)
    else this.#addresses.set(address, count - 1)
    this.total--
  }
}
