import {
  checkCount,
  checkNames,
  refusal,
  resolveInTurn,
  WAIT_OPTIONS,
  Waiter,
  WaitList,
  type WaitOptions,
} from '@millrace/notify'
import { refuseUndefined, type Value } from '@millrace/ring'
import { iterate } from './endpoint/iterate.ts'
import { tell } from './endpoint/report.ts'
import { checkCallback, LARGEST_CAPACITY } from './options.ts'

/** The end that every subscription hears. */
export interface BroadcastSender<T extends Value> extends Disposable {
  /** How many subscriptions there are. */
  readonly subscriptions: number
  /** Nothing more can be sent. */
  readonly closed: boolean
  /** Sends to all subscriptions there are now and answers how many; it never waits. A value that reaches 0, as on a closed broadcast, is not kept. */
  send(value: T): number
  /** Ends all subscriptions after what was sent, or gives them the error then. Dispose does the same without an error. */
  close(error?: unknown): void
}

/** One listener of a broadcast. It gets every value sent since it subscribed, unless it lags behind by more than the capacity. */
export interface Subscription<T extends Value> extends AsyncIterable<T>, Disposable {
  /** The values it has not received yet. */
  readonly length: number
  /** The values it missed because it lagged behind, from its beginning until it was disposed. */
  readonly missed: number
  /** Nothing more will come after what is there. */
  readonly closed: boolean
  /** As `Receiver.receive`. After a lag it goes on with the oldest value that is still there. */
  receive(options?: WaitOptions): Promise<T | undefined>
  /** As `Receiver.tryReceive`. */
  tryReceive(): T | undefined
}

/** How one subscription hears. */
export interface SubscribeOptions {
  /** Called with the number of values that were just missed, when the value after them is received. It changes nothing: what it throws becomes an uncaught error. */
  readonly onLag?: ((missed: number) => void) | undefined
}

/** A broadcast: one sender, and as many subscriptions as there are listeners. */
export interface Broadcast<T extends Value> {
  /** Where values enter. */
  readonly sender: BroadcastSender<T>
  /** Hears every value from now on; on a closed broadcast that is its end. Throws `TypeError` for options there are not. */
  subscribe(options?: SubscribeOptions): Subscription<T>
}

/**
 * The last `capacity` values, at position % capacity; each subscription reads on at its own position.
 *
 * INVARIANT  a subscription whose position is below tail − capacity has missed what is between.
 * INVARIANT  no value is held while nobody is subscribed; an open broadcast then begins again at position 0.
 */
class LocalBroadcast<T extends Value> implements Broadcast<T>, BroadcastSender<T> {
  readonly subscribed = new Set<LocalSubscription<T>>()
  readonly capacity: number
  readonly #values: T[] = []
  tail = 0
  closed = false
  closeError: unknown

  constructor(capacity: number) {
    this.capacity = capacity
  }

  get sender(): BroadcastSender<T> {
    return this
  }

  get subscriptions(): number {
    return this.subscribed.size
  }

  /** The position of the oldest value that is still there. */
  get oldest(): number {
    return Math.max(0, this.tail - this.capacity)
  }

  at(position: number): T {
    return this.#values[position % this.capacity] as T
  }

  send(value: T): number {
    if (value === undefined) refuseUndefined()
    if (this.closed || this.subscribed.size === 0) return 0
    this.#values[this.tail++ % this.capacity] = value
    for (const subscription of this.subscribed) subscription.serve()
    return this.subscribed.size
  }

  close(error?: unknown): void {
    if (this.closed) return
    this.closed = true
    this.closeError = error
    for (const subscription of this.subscribed) subscription.serve()
  }

  subscribe(options: SubscribeOptions = {}): Subscription<T> {
    checkNames(options, ['onLag'])
    checkCallback('onLag', options.onLag)
    const subscription = new LocalSubscription(this, options.onLag)
    if (!this.closed) this.subscribed.add(subscription)
    return subscription
  }

  unsubscribe(subscription: LocalSubscription<T>): void {
    if (!this.subscribed.delete(subscription) || this.subscribed.size > 0) return
    this.#values.length = 0
    if (!this.closed) this.tail = 0
  }

  [Symbol.dispose](): void {
    this.close()
  }
}

class LocalSubscription<T extends Value> implements Subscription<T> {
  readonly #broadcast: LocalBroadcast<T>
  readonly #onLag: ((missed: number) => void) | undefined
  readonly #waits = new WaitList<Waiter<T | undefined>>()
  #position: number
  #missed = 0
  #disposed = false

  constructor(broadcast: LocalBroadcast<T>, onLag: ((missed: number) => void) | undefined) {
    this.#broadcast = broadcast
    this.#onLag = onLag
    this.#position = broadcast.tail
  }

  get length(): number {
    return this.#disposed ? 0 : this.#broadcast.tail - Math.max(this.#position, this.#broadcast.oldest)
  }

  get missed(): number {
    return this.#missed + (this.#disposed ? 0 : this.#lag)
  }

  get closed(): boolean {
    return this.#disposed || this.#broadcast.closed
  }

  receive(options?: WaitOptions): Promise<T | undefined> {
    const refused = refusal(options, WAIT_OPTIONS)
    if (refused !== undefined) return refused
    const value = this.#take()
    return value === undefined ? this.#wait(options).promise : resolveInTurn(value)
  }

  tryReceive(): T | undefined {
    const value = this.#take()
    if (value === undefined && this.closed && !this.#disposed && this.#broadcast.closeError !== undefined) {
      throw this.#broadcast.closeError
    }
    return value
  }

  /** Hands values, or the end, to those who wait. Called by the broadcast when there is something new. */
  serve(): void {
    while (this.#waits.length > 0) {
      const value = this.#take()
      if (value === undefined && !this.closed) return
      const wait = this.#waits.takeFirst()
      const { closeError } = this.#broadcast
      if (value === undefined && !this.#disposed && closeError !== undefined) wait?.fail(closeError)
      else wait?.wake(value)
    }
  }

  [Symbol.dispose](): void {
    if (this.#disposed) return
    this.#missed += this.#lag
    this.#disposed = true
    this.#broadcast.unsubscribe(this)
    this.serve()
  }

  [Symbol.asyncIterator](): AsyncIterator<T, void, undefined> {
    return iterate(
      () => this.#take(),
      () => this.#wait(),
    )
  }

  /** How many values it has just missed and not counted yet. */
  get #lag(): number {
    return Math.max(0, this.#broadcast.oldest - this.#position)
  }

  /** Waits for what was looked for in vain, or ends at once if there is nothing to wait for. */
  #wait(options?: WaitOptions): Waiter<T | undefined> {
    const wait = new Waiter<T | undefined>()
    this.#waits.add(wait)
    if (this.closed) this.serve()
    else if (options !== undefined) wait.limit(options)
    return wait
  }

  /** Moves on before it tells of a lag, since whoever is told may call back. */
  #take(): T | undefined {
    if (this.#disposed) return undefined
    const { tail } = this.#broadcast
    const lag = this.#lag
    this.#missed += lag
    this.#position += lag
    const value = this.#position === tail ? undefined : this.#broadcast.at(this.#position++)
    if (lag > 0) tell(this.#onLag, lag)
    return value
  }
}

/**
 * Makes a broadcast: every subscription gets every value sent after it subscribed.
 *
 * The sender never waits: a subscription that falls more than `capacity` values behind misses the oldest, counts them in `missed`
 * and is told by `onLag`. Throws `RangeError` if `capacity` is not an integer from 1 to 2 ** 30, `TypeError` for options there are not.
 *
 * @example
 * import { broadcast } from '@millrace/channel/broadcast'
 *
 * const { sender, subscribe } = broadcast<string>({ capacity: 2 })
 * const listener = subscribe()
 * for (const news of ['rain', 'sun', 'wind']) sender.send(news)
 * await listener.receive() // => 'sun'
 * listener.missed // => 1
 */
export function broadcast<T extends Value>(options: { readonly capacity: number }): Broadcast<T> {
  checkNames(options, ['capacity'])
  checkCount('capacity', options.capacity, LARGEST_CAPACITY)
  const local = new LocalBroadcast<T>(options.capacity)
  return { sender: local, subscribe: (options) => local.subscribe(options) }
}
