/** What may end a wait early. Any other option throws `TypeError` at once, which names it: a misspelled one is no wait without it. */
export interface WaitOptions {
  /** Ends the wait: it rejects with `signal.reason`. If the signal is already aborted the call rejects at once and takes nothing, also when it need not wait. */
  readonly signal?: AbortSignal | undefined
  /** Ends the wait after this many milliseconds: it rejects with `TimeoutError`. 0 never waits. A call that need not wait ignores it. */
  readonly timeoutMs?: number | undefined
}

/**
 * One registration for the next wake.
 *
 * It is registered from the call of `listen` on: a notification after that call is not missed, also if `wait` is called
 * later or not at all. Disposing a listener that was woken but did not use its wake hands the wake to the next one.
 */
export interface Listener extends Disposable {
  /**
   * Waits for the wake of this registration; resolves at once if it already came.
   *
   * An aborted or timed-out wait takes the listener out of the order; if a wake had already reached it, that wake goes
   * to the next listener. A listener waits once; a second call, or one after dispose, throws `TypeError`. Disposing it while it
   * waits rejects the wait with an `AbortError`.
   */
  wait(options?: WaitOptions): Promise<void>
}

/**
 * Wakes tasks that wait in one event loop, after tokio's `Notify`.
 *
 * Think of a semaphore that holds at most one permit: `notifyOne` adds the permit, `wait` takes it.
 */
export interface Notify {
  /** Wakes the listener that registered first. If nobody listens, the wake is stored, at most one, for the next listener. */
  notifyOne(): void
  /** Wakes the listener that registered last. If nobody listens, the wake is stored as in `notifyOne`. */
  notifyLast(): void
  /** Wakes exactly those who are registered now. It stores nothing and leaves a stored wake where it is. */
  notifyAll(): void
  /** Registers for the next wake, now. A stored wake is taken at once. */
  listen(): Listener
  /** `listen` and `wait` in one: resolves when woken. */
  wait(options?: WaitOptions): Promise<void>
}

/** The right to what a semaphore counts. Disposing it gives the right back, once. */
export interface SemaphorePermit extends Disposable {
  /** How many of the semaphore's permits this one stands for. */
  readonly count: number
  /** Gives the permits back; a second call does nothing. Same as dispose. */
  release(): void
}

/**
 * A counted limit: at most `capacity` permits are out at any time, exactly.
 *
 * Waiters are served in the order they began, whatever number they ask for: a large request is never overtaken by
 * small ones, so it cannot starve.
 */
export interface Semaphore {
  /** The limit. */
  readonly capacity: number
  /** Permits nobody holds. May be above 0 while a larger request waits. */
  readonly available: number
  /** How many callers wait. */
  readonly waiting: number
  /** Takes one permit, waiting for it if need be. Abort and timeout free the place in the order at once. */
  acquire(options?: WaitOptions): Promise<SemaphorePermit>
  /** Takes `count` permits together. Throws `RangeError` if `count` is not an integer from 1 to `capacity`. */
  acquireMany(count: number, options?: WaitOptions): Promise<SemaphorePermit>
  /** Takes `count` permits (1 if not given) if they are there and nobody waits; otherwise answers `undefined`. */
  tryAcquire(count?: number): SemaphorePermit | undefined
}

/** A door that many wait at: closed until somebody opens it, and open until somebody resets it. */
export interface Latch {
  /** Whether `wait` would not wait. */
  readonly isOpen: boolean
  /** Opens it and wakes everybody who waits. Opening an open latch does nothing. */
  open(): void
  /** Closes it again for those who come from now on: a latch that is reset and reused is an event. */
  reset(): void
  /** Waits until it is open; resolves at once if it is. */
  wait(options?: WaitOptions): Promise<void>
}
