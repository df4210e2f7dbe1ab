import { checkCount, resolveInTurn } from '@millrace/notify'
import type { Value } from '@millrace/ring'
import type { ChannelStats, Endpoint } from '../api.ts'
import { LARGEST_CAPACITY } from '../options.ts'
import type { Core, Side } from './core.ts'

/**
 * What a sender and a receiver have in common: a view on the channel that is counted while it is not disposed.
 *
 * INVARIANT  attached exactly once in the constructor, detached exactly once at the first dispose.
 */
export class ChannelEndpoint<T extends Value> implements Endpoint {
  protected readonly channel: Core<T>
  readonly #side: Side
  #disposed = false
  #ending: PromiseWithResolvers<void> | undefined

  constructor(channel: Core<T>, side: Side) {
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
    return this.#disposed || this.channel.lifecycle.closed
  }

  /** Whether this endpoint, whatever the others do, is out of use. */
  get disposed(): boolean {
    return this.#disposed
  }

  whenClosed(): Promise<void> {
    const { lifecycle } = this.channel
    if (this.#disposed || lifecycle.closed) return resolveInTurn(undefined)
    if (this.#ending === undefined) {
      this.#ending = Promise.withResolvers()
      lifecycle.whenClosed().then(this.#ending.resolve)
    }
    return this.#ending.promise
  }

  stats(): ChannelStats {
    return this.channel.stats()
  }

  setCapacity(capacity: number): void {
    const { capacity: now } = this.use('setCapacity')
    if (now === 0) throw new RangeError('capacity: a rendezvous has none to change')
    if (now === Number.POSITIVE_INFINITY) throw new RangeError('capacity: an unbounded channel has none to change')
    checkCount('capacity', capacity, LARGEST_CAPACITY)
    this.channel.setCapacity(capacity)
  }

  [Symbol.dispose](): void {
    if (this.#disposed) return
    this.#disposed = true
    this.#ending?.resolve()
    this.channel.detach(this.#side, this)
  }

  /** The channel, for what makes no sense on a disposed endpoint. */
  protected use(verb: string): Core<T> {
    if (this.#disposed) throw new TypeError(`${verb}: this ${this.#side} was disposed`)
    return this.channel
  }
}
