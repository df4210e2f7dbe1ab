import type { Arena, ObjectHandle } from '@millrace/atomics'
import type { Latch, Notify, Semaphore, SemaphorePermit } from '../api.ts'

/** Where a shared notify, semaphore or latch is, for other threads to attach: plain data that `postMessage` and `workerData` copy. */
export interface SharedHandle<K extends string> extends ObjectHandle {
  /** What it is a handle of. */
  readonly kind: K
}

/** The handle of a shared notify. */
export type NotifyHandle = SharedHandle<'millrace.notify'>
/** The handle of a shared semaphore. */
export type SemaphoreHandle = SharedHandle<'millrace.semaphore'>
/** The handle of a shared latch. */
export type LatchHandle = SharedHandle<'millrace.latch'>

/** How to make a notify, semaphore or latch in shared memory. */
export interface SharedOptions {
  /** Where it lies; by default the arena of this thread. */
  readonly arena?: Arena | undefined
}

/**
 * A notify of any number of threads.
 *
 * `notifyOne` wakes one listener of all threads: within a thread the one that registered first, between threads whoever looks
 * first. The wake of `notifyLast` goes to the last listener of the thread that takes it. `notifyAll` wakes exactly those
 * registered at the call, and uses up the wakes that were on their way to them. A wake that a listener does not use, because
 * it gives up, is disposed, or its thread dies, goes to another, or is stored.
 *
 * At most 65,534 listeners are registered at a time; one more throws `RangeError`. Those of another thread do not keep this process alive;
 * who awaits does.
 */
export interface SharedNotify extends Notify, Disposable {
  /** For other threads to attach by. It can travel any number of times, and counts nothing by itself. */
  readonly handle: NotifyHandle
  /**
   * Waits as `wait` does, blocking the thread; it does not stand behind the waits of this thread, which cannot go on
   * meanwhile. Throws `TimeoutError` after `timeoutMs` milliseconds, and `TypeError` where a thread must not block, as in a browser's window.
   */
  waitSync(timeoutMs?: number): void
  /**
   * Lets go of it: listeners of this view leave, and their waits reject with an `AbortError`. Every later call throws
   * `TypeError`. When the last view of the last thread is disposed the memory is given back.
   */
  [Symbol.dispose](): void
}

/**
 * A semaphore of any number of threads: at most `capacity` permits are out in all of them together. Those a thread holds when it
 * dies come back.
 *
 * Within a thread waiters are served in the order they began, a large request before the small ones behind it. Between threads
 * whoever looks first is served, so one that asks again at once may be served before another that still wakes up, and a
 * large request may be overtaken by small ones of other threads.
 */
export interface SharedSemaphore extends Semaphore, Disposable {
  /** For other threads to attach by. It can travel any number of times, and counts nothing by itself. */
  readonly handle: SemaphoreHandle
  /** Permits nobody of any thread holds, at this moment. */
  readonly available: number
  /** How many callers of this thread wait. */
  readonly waiting: number
  /**
   * Takes one permit, blocking the thread until there is one; it does not stand behind the waits of this thread. Throws
   * `TimeoutError` after `timeoutMs` milliseconds, and `TypeError` where a thread must not block.
   */
  acquireSync(timeoutMs?: number): SemaphorePermit
  /** Takes `count` permits together, as `acquireSync`. */
  acquireManySync(count: number, timeoutMs?: number): SemaphorePermit
  /**
   * Lets go of it: waits of this view reject with an `AbortError`, every later call throws `TypeError`. Permits stay what they
   * are until they are released. When the last view and permit of the last thread are gone the memory is given back.
   */
  [Symbol.dispose](): void
}

/** A latch of any number of threads. Whoever waits when it is opened is woken, also if it is reset at once. */
export interface SharedLatch extends Latch, Disposable {
  /** For other threads to attach by. It can travel any number of times, and counts nothing by itself. */
  readonly handle: LatchHandle
  /**
   * Waits until it is open, blocking the thread. Throws `TimeoutError` after `timeoutMs` milliseconds, and `TypeError` where
   * a thread must not block.
   */
  waitSync(timeoutMs?: number): void
  /** Lets go of it: waits of this view reject with an `AbortError`, every later call throws `TypeError`. The last view of the last thread gives the memory back. */
  [Symbol.dispose](): void
}
