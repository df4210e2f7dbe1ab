import type { WaitOptions } from '../api.ts'
import { TimeoutError } from '../errors.ts'
import type { Place } from './wait-list.ts'

/** The longest delay a timer takes; beyond it timers fire at once, so longer timeouts run in laps. */
const LONGEST_DELAY_MS = 2 ** 31 - 1

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
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor() {
    this.promise = new Promise<R>((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
  }

  /** Lets abort and timeout end the wait. The options were checked, and the signal was not aborted yet. */
  limit(options: WaitOptions): void {
    const { signal, timeoutMs } = options
    if (timeoutMs !== undefined && timeoutMs !== Number.POSITIVE_INFINITY) {
      if (timeoutMs <= 0) {
        this.#expire(timeoutMs)
        return
      }
      this.#startTimer(timeoutMs, timeoutMs)
    }
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
    if (this.#timer !== undefined) {
      clearTimeout(this.#timer)
      this.#timer = undefined
    }
  }

  /** Ends the wait with a result. The caller has taken the waiter out of its list. */
  wake(result: R): void {
    this.unlimit()
    this.#resolve(result)
  }

  /** Ends the wait with an error. The caller has taken the waiter out of its list. */
  fail(reason: unknown): void {
    this.unlimit()
    this.#reject(reason)
  }

  /** Called by the signal this waiter listens to. */
  handleEvent(): void {
    this.#giveUp(this.#signal?.reason)
  }

  /** What the owner does when a wait ends by abort or timeout, after the waiter left its list. */
  protected abandoned(): void {}

  #giveUp(reason: unknown): void {
    this.list?.remove(this)
    this.fail(reason)
    this.abandoned()
  }

  #expire(timeoutMs: number): void {
    this.#giveUp(new TimeoutError(timeoutMs))
  }

  #startTimer(leftMs: number, timeoutMs: number): void {
    const lapMs = Math.min(leftMs, LONGEST_DELAY_MS)
    const onLap = () => (leftMs > lapMs ? this.#startTimer(leftMs - lapMs, timeoutMs) : this.#expire(timeoutMs))
    this.#timer = setTimeout(onLap, lapMs)
  }
}
