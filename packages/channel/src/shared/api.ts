import type { ObjectHandle } from '@millrace/atomics'
import type { WaitOptions } from '@millrace/notify'
import type { Value } from '@millrace/ring'
import type { Receiver, Sender } from '../api.ts'

/** What a wait that blocks its thread can be given: there is nobody to abort it. */
export interface BlockOptions {
  /** Gives up after as many milliseconds, with a `TimeoutError`. */
  readonly timeoutMs?: number | undefined
}

/** A typed array whose elements a channel of words can be received into. */
export type WordArray = Int32Array | Uint32Array | Float64Array

/**
 * A sender that works in every thread, and can also block its own. In a browser a worker that is going to block awaits
 * `whenWatched()` of `@millrace/atomics` first: only then is its death noticed.
 *
 * A value that its codec cannot encode is not sent: `send` rejects with `EncodeError`, `trySend` and `sendSync` throw it, `sendMany`
 * rejects with a `CutShortError` whose `cause` it is. What a getter of the value throws comes out the same way.
 */
export interface SharedSender<T extends Value> extends Sender<T> {
  /**
   * Sends a value, blocking the thread while the channel is full. It does not stand behind sends of this thread that wait.
   *
   * Throws `ClosedError` with the value, `FullError` if overflow is `"reject"`, `TimeoutError`, `EncodeError` for a value
   * that its codec cannot encode, and `TypeError` where a thread must not block, as in a browser's window.
   */
  sendSync(value: T, options?: BlockOptions): void
}

/**
 * A receiver that works in every thread, and can also block its own.
 *
 * Within a thread first come is first served: no verb takes what a receive that waits there came for, except those that block,
 * since a blocked thread cannot serve who waits on it. What they leave goes to who waits.
 *
 * A value that a codec of the user's own cannot decode is lost, and nothing with it. Its error ends the call that took it:
 * verbs that answer a promise reject, the others throw. A call that took good values before it answers with those; the next
 * call of this thread that decodes gets the error then. What is behind stays. Such codecs are received from one by one, not in batches.
 */
export interface SharedReceiver<T extends Value> extends Receiver<T> {
  /**
   * Receives a value, blocking the thread until there is one; `undefined` once the channel is closed and drained. Throws the
   * error that the channel was closed with, `TimeoutError`, and `TypeError` where a thread must not block.
   */
  receiveSync(options?: BlockOptions): T | undefined
  /** As many as are there, at least one and at most `max`, blocking the thread until then; `[]` once closed and drained. Throws as `receiveSync`. */
  receiveManySync(max: number, options?: BlockOptions): T[]
  /**
   * Receives words into the elements of a typed array from its beginning, as many as are there and fit, without an object
   * for any of them. Waits for the first; resolves with their number, 0 once closed and drained, and at once for an array of
   * no elements.
   *
   * Rejects with a `TypeError` for what is no such array, of the codec's own kind or of doubles, and on a channel of anything
   * but `u32`, `i32` or `f64`, before anything is taken. Also if the array has no elements any more when a number comes, since its memory
   * was transferred or shrunk: that number is lost.
   */
  receiveInto(array: WordArray, options?: WaitOptions): Promise<number>
  /** The same without waiting: 0 if nothing is there, or what is there belongs to receives of this thread that wait. Throws the `TypeError`. */
  tryReceiveInto(array: WordArray): number
  /** The same, blocking the thread. Throws the `TypeError`, and as `receiveSync`. */
  receiveIntoSync(array: WordArray, options?: BlockOptions): number
  /**
   * Lends the bytes of the oldest value to `read`, as they lie in shared memory, and answers what it made of them, as
   * `{ value }`; `undefined` if nothing is there, or what is there belongs to receives of this thread that wait. The bytes are gone when `read` returns: keep no view of them. What `read`
   * throws comes out, and the value is gone then. It may send, receive and borrow in turn, to any depth: large values lent within
   * each other take memory of this thread for each, which is kept for the next time. For codecs of bytes.
   */
  tryBorrow<R>(read: (bytes: Uint8Array) => R): { readonly value: R } | undefined
  /** The same, blocking the thread until something is there; `undefined` once closed and drained. */
  borrowSync<R>(read: (bytes: Uint8Array) => R, options?: BlockOptions): { readonly value: R } | undefined
}

/** Where a shared channel is, for other threads to attach: plain data that `postMessage` and `workerData` copy. */
export interface SharedHandle<T extends Value> extends ObjectHandle {
  /** What it is a handle of. */
  readonly kind: 'millrace.channel'
  /** The name of the codec, and so of what lies in the memory. */
  readonly codec: string
  /** Only for the type checker: what the channel carries. */
  readonly carries?: (value: T) => T
}
