import type { WaitOptions } from '@millrace/notify'
import type { LatchHandle } from '@millrace/notify/shared'
import type { Value } from '@millrace/ring'
import type { Codec } from '@millrace/ring/codec'
import type { Held, ItemOptions, PriorityPool, PriorityPoolOptions, PriorityPoolStats } from '../api.ts'
import type { Requests } from './request.ts'

/** Settings of a priority pool for several threads: those of a pool, and how items get from thread to thread. */
export interface SharedPriorityPoolOptions<T extends Value> extends PriorityPoolOptions<T> {
  /** How items become bytes. Every item of the pool must be one that it can encode. */
  readonly codec: Codec<T>
  /** How many requests of all threads may lie before the owner, 1 to 65,536; 256 if not given. Their memory is taken at once. */
  readonly requests?: number | undefined
}

/** Where a shared priority pool is, for other threads to attach: plain data that `postMessage` and `workerData` copy. */
export interface SharedPriorityPoolHandle<T extends Value> {
  /** What it is a handle of. */
  readonly kind: 'millrace.priority-pool'
  /** The most items the pool holds. */
  readonly capacity: number
  /** The name of the codec of its items. */
  readonly codec: string
  /** Where requests go. */
  readonly requests: Requests<T>
  /** Open once the pool has ended as it should. */
  readonly ended: LatchHandle
}

/** A shared priority pool in the thread that made it, which keeps the items. */
export interface SharedPriorityPool<T extends Value> {
  /** The pool, as any other. A submit throws `EncodeError` for an item that the codec cannot encode. */
  readonly pool: PriorityPool<T>
  /** For other threads to attach by. It can travel any number of times. */
  readonly handle: SharedPriorityPoolHandle<T>
}

/**
 * A priority pool that another thread keeps.
 *
 * Each call is a request to that thread, which answers in its event loop; calls of all threads are served as if they were its own.
 * Items that it hands out count as held until they have arrived: a thread that dies before loses none of them, they are back in
 * their places. When the owner dies its items are gone, and calls reject with `PoolError` of code `crashed`.
 */
export interface AttachedPriorityPool<T extends Value> extends AsyncIterable<T>, Disposable {
  /** The most items it holds. */
  readonly capacity: number
  /**
   * Puts an item in and resolves once it is in, so awaiting it is backpressure. `duplicate`: it is not, one with its key is there.
   *
   * Rejects as `submit` of a `PriorityPool`, with `EncodeError` for an item that cannot be encoded, and with what the pool's own
   * functions throw, as an error of the same message. An abort or a timeout takes effect when the owner gets to know of it, and the
   * promise settles then: rejected, the item is not in.
   */
  submit(item: T, options?: ItemOptions & WaitOptions): Promise<'submitted' | 'replaced' | 'duplicate'>
  /** Submits one item after the other and resolves with how many there were; cut short it rejects with a `CutShortError`. Far cheaper for each. */
  submitMany(items: Iterable<T>, options?: ItemOptions & WaitOptions): Promise<number>
  /** Takes items as `drain` of a `PriorityPool`; the owner's clock counts. An abort rejects at once and takes nothing. */
  drain(n: number, options?: WaitOptions): Promise<T[]>
  /** Takes items that may still go back. They do when this thread dies, or leaves the pool. */
  hold(n: number, options?: WaitOptions): Promise<Held<T>>
  /** How the pool is and what it did. */
  stats(): Promise<PriorityPoolStats>
  /** Closes the pool for all threads; resolves when it is closed. */
  close(): Promise<void>
  /** Takes one item after the other, until the pool is closed and empty. Leaving it early takes nothing and closes nothing. */
  [Symbol.asyncIterator](): AsyncIterator<T, undefined>
  /** Leaves the pool: calls of this end reject with code `closed`, what it holds goes back. The pool goes on. */
  [Symbol.dispose](): void
}
