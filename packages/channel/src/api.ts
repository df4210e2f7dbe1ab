import type { WaitOptions } from '@millrace/notify'
import type { Value } from '@millrace/ring'

/** What `trySend` answers. Only after `"sent"` does the value belong to the channel. */
export type SendOutcome = 'sent' | 'full' | 'closed'

/** What both ends of a channel can tell. Lengths are a snapshot, right until the next call on the channel. */
export interface Endpoint extends Disposable {
  /** The most values the channel holds. */
  readonly capacity: number
  /** The values it holds now. */
  readonly length: number
  /** `capacity` less `length`. */
  readonly free: number
  /** True once nothing more can be sent; values sent before may still be there to receive. */
  readonly closed: boolean
}

/** The end where values enter. Clones are counted: the channel closes when the last of them is disposed. */
export interface Sender<T extends Value> extends Endpoint {
  /**
   * Sends a value, waiting while the channel is full.
   *
   * Resolves once the value is in the channel. Rejects with `ClosedError`, which carries the value back, if the
   * channel is closed or closes during the wait. Waiting senders are served in the order they began. Aborting or
   * timing out frees the place in that order and leaves the value with the caller. Throws `TypeError` for
   * `undefined`, which is never a value.
   *
   * Costs one ring push and a shared promise when there is room, one promise otherwise.
   */
  send(value: T, options?: WaitOptions): Promise<void>
  /** Sends without waiting: `"sent"`, or `"full"` or `"closed"` and the value stays with the caller. */
  trySend(value: T): SendOutcome
  /** Another sender of this channel, counted by itself. Throws `TypeError` if this one was disposed. */
  clone(): Sender<T>
  /**
   * Closes the channel: nothing is accepted from now on, waiting senders reject with `ClosedError`, receivers get what
   * was sent before and then the end, or `error` if one is given. Only the first close counts.
   */
  close(error?: unknown): void
}

/** The end where values leave. A `for await` over it ends when the channel is closed and drained; `break` leaves it open. */
export interface Receiver<T extends Value> extends Endpoint, AsyncIterable<T> {
  /**
   * Takes the oldest value, waiting until there is one.
   *
   * Resolves with `undefined` once the channel is closed and drained, or rejects with the error it was closed with;
   * values sent before the close are delivered first. Waiting receivers are served in the order they began.
   * Aborting or timing out frees the place in that order: a value is either delivered or still in the channel.
   *
   * Costs one ring pop and one promise.
   */
  receive(options?: WaitOptions): Promise<T | undefined>
  /**
   * Takes the oldest value without waiting; `undefined` if there is none, or if those there are promised to receivers
   * that wait. Throws the error the channel was closed with once it is drained.
   */
  tryReceive(): T | undefined
  /**
   * Takes what is there, at least one value and at most `max`, waiting until there is one. `[]` once the channel is
   * closed and drained. Throws `RangeError` if `max` is not an integer from 1.
   */
  receiveMany(max: number, options?: WaitOptions): Promise<T[]>
  /** The values in arrays of at most `max`, each as large as what is there when it is asked for. */
  batches(max: number): AsyncIterable<T[]>
  /** Closes the channel from this side: senders get `ClosedError`; what is queued can still be received. */
  close(): void
}
