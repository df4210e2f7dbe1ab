import type { WaitOptions } from '@millrace/notify'
import type { Value } from '@millrace/ring'
import type { SelectCase } from './select/api.ts'

/** What `trySend` answers. Only after `"sent"` does the value belong to the channel. */
export type SendOutcome = 'sent' | 'full' | 'closed'

/**
 * What a send does when the channel is full: wait for room, make room by dropping the oldest value, drop the value
 * that is sent, or reject with `FullError`. Where permits or a reservation that waits leave no room to make, `"drop-oldest"`
 * drops the value that is sent.
 */
export type Overflow = 'wait' | 'drop-oldest' | 'drop-newest' | 'reject'

/** Why a value was dropped: to make room, for want of room, or because its last receiver was disposed. */
export type DropReason = 'oldest' | 'newest' | 'closed'

/** What every kind of channel is made with, beside its capacity. */
export interface OverflowOptions<T extends Value> {
  /** What a send does when the channel is full. Default: `"wait"`. */
  readonly overflow?: Overflow | undefined
  /**
   * Called for every value that was accepted, or let go in place of one, and will not be received. It changes nothing: what it throws becomes an uncaught
   * error in a turn of its own.
   */
  readonly onDrop?: ((value: T, why: DropReason) => void) | undefined
}

/** Counts and sizes of a channel, read together. */
export interface ChannelStats {
  /** The values in it. */
  readonly length: number
  /** The most it holds. */
  readonly capacity: number
  /** Room for values: capacity less length and less what is reserved. */
  readonly free: number
  /** Room held by permits. */
  readonly reserved: number
  /** Senders not disposed. */
  readonly senders: number
  /** Receivers not disposed. */
  readonly receivers: number
  /** Values accepted since the beginning. */
  readonly sent: number
  /** Values handed to receivers since the beginning. */
  readonly received: number
  /** Values dropped since the beginning. */
  readonly dropped: number
  /** Calls that wait for room. */
  readonly waitingSenders: number
  /** Calls that wait for a value. */
  readonly waitingReceivers: number
}

/**
 * What both ends of a channel can tell. Lengths are a snapshot, right until the next call on the channel.
 *
 * Disposing an endpoint ends its waits as on a closed channel: receives resolve `undefined`, sends reject with
 * `ClosedError`. Disposed, it receives nothing, sends nothing and closes nothing.
 */
export interface Endpoint extends Disposable {
  /** The most values the channel holds. */
  readonly capacity: number
  /** The values it holds now. */
  readonly length: number
  /** Room for values: `capacity` less `length` and less what permits hold. */
  readonly free: number
  /** True once nothing more can be sent; values sent before may still be there to receive. */
  readonly closed: boolean
  /** Resolves when the channel closes or this endpoint is disposed, at once if that was before. It never rejects. */
  whenClosed(): Promise<void>
  /** Counts and sizes, read together. */
  stats(): ChannelStats
  /**
   * Changes the most values the channel holds. More room goes to waiting senders at once; a capacity below `length`
   * drops nothing, and sends find room again when enough was received; a `reserveMany` that waits for more than the new
   * capacity rejects with `RangeError`. Throws `RangeError` if `capacity` is not an
   * integer from 1 to 2 ** 30, or the channel is a rendezvous or unbounded.
   */
  setCapacity(capacity: number): void
}

/** Room for one value, held for whoever reserved it. */
export interface Permit<T extends Value> extends Disposable {
  /**
   * Sends into the room that is held, without waiting. Works also when the sending side has closed meanwhile; throws
   * `ClosedError` with the value if the receiving side did. Throws `TypeError` on a permit that was used or disposed.
   */
  send(value: T): void
}

/** Leads back to a sender without keeping the channel open. */
export interface WeakSender<T extends Value> {
  /** A sender of the channel, counted by itself; `undefined` once the channel is closed. */
  upgrade(): Sender<T> | undefined
}

/** The end where values enter. Clones are counted: the channel closes when the last of them is disposed. */
export interface Sender<T extends Value> extends Endpoint {
  /**
   * Sends a value, waiting while the channel is full.
   *
   * Resolves once the value is in the channel. Rejects with `ClosedError`, which carries the value back, if the
   * channel is closed or closes during the wait. Waiting senders are served in the order they began. Aborting or
   * timing out frees the place in that order and leaves the value with the caller. On a full channel whose `overflow`
   * is not `"wait"` it does not wait: see `Overflow`. Throws `TypeError` for `undefined`, which is never a value.
   *
   * Costs one ring push and a shared promise when there is room, one promise otherwise.
   */
  send(value: T, options?: WaitOptions): Promise<void>
  /**
   * Sends without waiting: `"sent"`, or `"full"` or `"closed"` and the value stays with the caller. With overflow
   * `"drop-oldest"` it is full only while permits hold its room, or a reservation that waits for more stands before it.
   *
   * It cannot yield to the event loop: in a loop, await `send` when it does not answer `"sent"`, and once every few hundred tries.
   */
  trySend(value: T): SendOutcome
  /**
   * Sends values in their order, as many at once as there is room for, and resolves with their number.
   *
   * Cut short by a close, an abort, a timeout (of each wait for room) or overflow `"reject"` it rejects with `CutShortError`: `sent` tells how many
   * went in, `rest` iterates over the others, `cause` is why. An error of `values` itself rejects as it is.
   *
   * Costs one ring push a value, a check for each stretch of an array that there is room for, and one promise for each wait.
   */
  sendMany(values: Iterable<T>, options?: WaitOptions): Promise<number>
  /** Holds room for one value, waiting for it like `send`. Throws `TypeError` on a rendezvous, which has no room to hold. */
  reserve(options?: WaitOptions): Promise<Permit<T>>
  /** Holds room for `count` values together. Throws `RangeError` unless `count` is an integer from 1 to the capacity. */
  reserveMany(count: number, options?: WaitOptions): Promise<Permit<T>[]>
  /** A case of `select`: sends the value if this case wins, and otherwise leaves it with the caller. */
  case(value: T): SelectCase<'send', void>
  /** Another sender of this channel, counted by itself. Throws `TypeError` if this one was disposed. */
  clone(): Sender<T>
  /** A reference that does not keep the channel open. */
  downgrade(): WeakSender<T>
  /**
   * Closes the channel: nothing is accepted from now on, waiting senders reject with `ClosedError`, receivers get what
   * was sent before and then the end, or `error` if one is given. Only the first close counts. A permit that is still out may
   * still send, so the end comes once it was used or disposed.
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
   *
   * It cannot yield to the event loop: in a loop, await `receive` when it answers `undefined`, and once every few hundred
   * tries. Compare with `undefined`; `??` would lose a null.
   */
  tryReceive(): T | undefined
  /**
   * Takes what is there, at least one value and at most `max`, waiting until there is one. `[]` once the channel is
   * closed and drained. Throws `RangeError` if `max` is not an integer from 1.
   */
  receiveMany(max: number, options?: WaitOptions): Promise<T[]>
  /** The values in arrays of at most `max`, each as large as what is there when it is asked for. */
  batches(max: number): AsyncIterable<T[]>
  /** A case of `select`: receives if this case wins, and otherwise takes nothing. */
  case(): SelectCase<'receive', T | undefined>
  /** Closes the channel from this side: senders get `ClosedError`; what is queued can still be received. */
  close(): void
}
