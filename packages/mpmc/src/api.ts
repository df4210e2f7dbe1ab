import type { Receiver as OneReceiver, Sender, SendOutcome, Value, WaitOptions } from '@millrace/channel'

/** A receiver that may have peers: each value goes to one of them. The last one disposed closes the channel. */
export interface Receiver<T extends Value> extends OneReceiver<T> {
  /** Another receiver of this channel, counted by itself. Throws `TypeError` if this one was disposed. */
  clone(): Receiver<T>
}

/** The two ends of a new channel. */
export interface Channel<T extends Value> {
  /** Clone it for each producer; the last one disposed closes the channel. */
  readonly sender: Sender<T>
  /** Clone it for each consumer; the last one disposed closes the channel. */
  readonly receiver: Receiver<T>
}

/**
 * Both ends of a channel in one object. Nothing is counted: it closes when `close` is called or it is disposed. What the methods
 * do is said at `Sender` and `Receiver`.
 */
export interface Queue<T extends Value> extends AsyncIterable<T>, Disposable {
  /** The most values it holds. */
  readonly capacity: number
  /** The values it holds now. */
  readonly length: number
  /** Room for values. */
  readonly free: number
  /** The end where values enter, for what takes a sender. */
  readonly sender: Sender<T>
  /** The end where values leave, for `select`, `merge` and `consume`. */
  readonly receiver: Receiver<T>
  /** No value is there. */
  readonly isEmpty: boolean
  /** No room is there. */
  readonly isFull: boolean
  /** Nothing more can be sent. */
  readonly isClosed: boolean
  /** As `Sender.send`. */
  send(value: T, options?: WaitOptions): Promise<void>
  /** As `Sender.trySend`. */
  trySend(value: T): SendOutcome
  /** As `Sender.sendMany`. */
  sendMany(values: Iterable<T>, options?: WaitOptions): Promise<number>
  /** As `Receiver.receive`. */
  receive(options?: WaitOptions): Promise<T | undefined>
  /** As `Receiver.tryReceive`. */
  tryReceive(): T | undefined
  /** As `Receiver.receiveMany`. */
  receiveMany(max: number, options?: WaitOptions): Promise<T[]>
  /** As `Sender.close`: what was sent is delivered, then the end or the error. */
  close(error?: unknown): void
}
