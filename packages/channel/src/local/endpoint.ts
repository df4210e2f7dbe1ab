import type { Value } from '@millrace/ring'
import type { Endpoint } from '../api.ts'
import type { LocalChannel } from './channel.ts'

/**
 * What a sender and a receiver have in common: a view on the channel that is counted while it is not disposed.
 *
 * INVARIANT  attached exactly once in the constructor, detached exactly once at the first dispose.
 */
export class LocalEndpoint<T extends Value> implements Endpoint {
  protected readonly channel: LocalChannel<T>
  readonly #side: 'sender' | 'receiver'
  #disposed = false

  constructor(channel: LocalChannel<T>, side: 'sender' | 'receiver') {
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
    return this.channel.capacity - this.channel.length
  }

  get closed(): boolean {
    return this.#disposed || this.channel.closed
  }

  protected get disposed(): boolean {
    return this.#disposed
  }

  /** The channel, for a clone to attach to. */
  protected share(): LocalChannel<T> {
    if (this.#disposed) throw new TypeError(`clone: this ${this.#side} was disposed`)
    return this.channel
  }

  [Symbol.dispose](): void {
    if (this.#disposed) return
    this.#disposed = true
    this.channel.detach(this.#side)
  }
}
