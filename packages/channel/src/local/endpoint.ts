import type { Value } from '@millrace/ring'
import type { ChannelStats, Endpoint } from '../api.ts'
import type { LocalChannel, Side } from './channel.ts'
import { checkCount } from './check.ts'

/** The largest bounded capacity; also what the ring of a bounded channel is made for, so that its capacity can change. */
export const LARGEST_CAPACITY: number = 2 ** 30

/**
 * What a sender and a receiver have in common: a view on the channel that is counted while it is not disposed.
 *
 * INVARIANT  attached exactly once in the constructor, detached exactly once at the first dispose.
 */
export class LocalEndpoint<T extends Value> implements Endpoint {
  protected readonly channel: LocalChannel<T>
  readonly #side: Side
  #disposed = false

  constructor(channel: LocalChannel<T>, side: Side) {
    this.channel = channel
    this.#side = side
    channel.attach(side)
  }

  get capacity(): number {
    return this.channel.capacity
  }

  get length(): number {
    return this.channel.length
  }

  get free(): number {
    return this.channel.free
  }

  get closed(): boolean {
    return this.#disposed || this.channel.closedBy !== undefined
  }

  whenClosed(): Promise<void> {
    return this.#disposed ? Promise.resolve() : this.channel.whenClosed()
  }

  stats(): ChannelStats {
    return this.channel.stats()
  }

  setCapacity(capacity: number): void {
    const { capacity: now } = this.channel
    if (now === 0) throw new RangeError('capacity: a rendezvous has none to change')
    if (now === Number.POSITIVE_INFINITY) throw new RangeError('capacity: an unbounded channel has none to change')
    checkCount('capacity', capacity, LARGEST_CAPACITY)
    this.channel.setCapacity(capacity)
  }

  [Symbol.dispose](): void {
    if (this.#disposed) return
    this.#disposed = true
    this.channel.detach(this.#side)
  }

  protected get disposed(): boolean {
    return this.#disposed
  }

  /** The channel, for a clone to attach to. */
  protected share(): LocalChannel<T> {
    if (this.#disposed) throw new TypeError(`clone: this ${this.#side} was disposed`)
    return this.channel
  }
}
