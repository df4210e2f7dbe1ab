import type { WaitOptions } from '../api.ts'
import { TimeoutError } from '../errors.ts'
import { startTimer } from '../timer.ts'
import { turn } from '../turn.ts'
import type { Place } from './wait-list.ts'

/**
 * One wait: a place in a wait list, a promise, and what may end it early.
 *
 *     waiting ── wake(result) ──▶ resolved
 *        └───── fail(reason), abort, timeout ──▶ rejected
 *
 * INVARIANT  settled once; whoever settles it has taken it out of its list first.
 * INVARIANT  no abort listener and no timer outlives the wait.
 *
 * Owners subclass it to hang what they need on the place: a value to send, a number of permits.
 */
export class Waiter<R> implements Place {
  /** Links, owned by the wait list. */
  previous: Place | undefined
  /** Links, owned by the wait list. */
  next: Place | undefined
  /** The list this waiter stands in, if any. */
  list: { remove(place: Place): void } | undefined
  /** Settles when the wait ends. */
  readonly promise: Promise<R>
  #resolve!: (result: R | PromiseLike<R>) => void
  #reject!: (reason: unknown) => void
  #signal: AbortSignal | undefined
  #stopTimer: (() => void) | undefined

  constructor() {
    this.promise = new Promise<R>((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
  }

  /** Lets abort and timeout end the wait. The options were checked, and the signal was not aborted yet. */
  limit(options: WaitOptions): void {
    const { signal, timeoutMs } = options
    if (timeoutMs === 0) {
      this.#expire(timeoutMs)
      return
    }
    if (timeoutMs !== undefined) this.#stopTimer = startTimer(timeoutMs, () => this.#expire(timeoutMs))
    if (signal !== undefined) {
      this.#signal = signal
      signal.addEventListener('abort', this)
    }
  }

  /** Takes the limits off: abort and timeout no longer end this wait. */
  unlimit(): void {
    if (this.#signal !== undefined) {
      this.#signal.removeEventListener('abort', this)
      this.#signal = undefined
    }
    this.#stopTimer?.()
    this.#stopTimer = undefined
  }

  /**
   * Ends the wait with a result. The caller has taken the waiter out of its list. Those who wake each other for ever
   * never leave the microtasks, so a wake counts as an operation of `turn`.
   */
  wake(result: R): void {
    this.unlimit()
    const due = turn()
    if (due === undefined) this.#resolve(result)
    else this.#resolveAfter(due, result)
  }

  /** Ends the wait with an error. The caller has taken the waiter out of its list. It counts as `wake` does. */
  fail(reason: unknown): void {
    this.unlimit()
    const due = turn()
    if (due === undefined) this.#reject(reason)
    else due.then(() => this.#reject(reason))
  }

  /** Called by the signal this waiter listens to. */
  handleEvent(): void {
    this.#giveUp(this.#signal?.reason)
  }

  /** What the owner does when a wait ends by abort or timeout, after the waiter left its list. */
  protected abandoned(): void {}

  /** Apart from `wake`, since what a closure captures is allocated whenever its function is entered. Settles in the call that `due` makes, so no newcomer is earlier. */
  #resolveAfter(due: Promise<void>, result: R): void {
    due.then(() => this.#resolve(result))
  }

  #giveUp(reason: unknown): void {
    this.list?.remove(this)
    this.fail(reason)
    this.abandoned()
  }

  #expire(timeoutMs: number): void {
    this.#giveUp(new TimeoutError(timeoutMs))
  }
}
