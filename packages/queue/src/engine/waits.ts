import { type Place, startTimer, WaitList } from '@millrace/notify'
import type { WaitOptions } from '../api.ts'

/**
 * Somebody who waits.
 *
 * INVARIANT  it is in its list until it is served, its time is over, its signal aborts, or all are refused; then its timer and its listener are gone.
 */
export class Wait<W, R> implements Place {
  previous: Place | undefined
  next: Place | undefined
  list: { remove(place: Place): void } | undefined
  readonly wants: W
  readonly promise: Promise<R>
  readonly #resolve: (answer: R) => void
  readonly #reject: (error: unknown) => void
  /** Ends what may end it early. */
  onLeave: () => void = () => {}

  constructor(wants: W) {
    const { promise, resolve, reject } = Promise.withResolvers<R>()
    this.wants = wants
    this.promise = promise
    this.#resolve = resolve
    this.#reject = reject
  }

  resolve(answer: R): void {
    this.#leave()
    this.#resolve(answer)
  }

  reject(error: unknown): void {
    this.#leave()
    this.#reject(error)
  }

  #leave(): void {
    this.list?.remove(this)
    this.onLeave()
  }
}

/** Told that a wait has begun, with what ends it for a reason. */
export type OnWait = (cancel: (reason: unknown) => void) => void

/** Those who wait for the same thing, first come, first served. */
export class Waits<W, R> {
  readonly #waits = new WaitList<Wait<W, R>>()
  readonly #onLeave: () => void
  #hasLeft = false

  /**
   * Calls back when somebody has left who was not served: the next one may be. First all leave who do so in the same turn, as those with the same
   * signal: else one would be served that is about to leave.
   */
  constructor(onLeave: () => void) {
    this.#onLeave = onLeave
  }

  get length(): number {
    return this.#waits.length
  }

  /** Who waits longest. */
  get first(): Wait<W, R> | undefined {
    return this.#waits.first
  }

  /** Waits until somebody resolves it; `onTimeout` tells what becomes of it when the time is over. */
  wait(
    wants: W,
    { signal, timeoutMs }: WaitOptions,
    onTimeout: (wait: Wait<W, R>) => void,
    onWait?: OnWait,
  ): Promise<R> {
    const wait = new Wait<W, R>(wants)
    const cancel = (reason: unknown): void => {
      wait.reject(reason)
      this.#left()
    }
    const onAbort = (): void => cancel(signal?.reason)
    const timeIsUp = (): void => {
      onTimeout(wait)
      this.#left()
    }
    const stopTimer = timeoutMs === undefined ? undefined : startTimer(timeoutMs, timeIsUp)
    signal?.addEventListener('abort', onAbort)
    wait.onLeave = () => {
      stopTimer?.()
      signal?.removeEventListener('abort', onAbort)
    }
    this.#waits.add(wait)
    onWait?.(cancel)
    return wait.promise
  }

  #left(): void {
    if (this.#hasLeft) return
    this.#hasLeft = true
    queueMicrotask(() => {
      this.#hasLeft = false
      this.#onLeave()
    })
  }

  refuseAll(why: (wants: W) => unknown): void {
    for (const wait of this.#waits.takeWhere(() => true)) wait.reject(why(wait.wants))
  }
}
