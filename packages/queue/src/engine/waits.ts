import { startTimer } from '@millrace/notify'
import type { WaitOptions } from '../api.ts'

/** Somebody who waits. */
export interface Wait<W, R> {
  readonly wants: W
  readonly resolve: (answer: R) => void
  readonly reject: (error: unknown) => void
}

/**
 * Those who wait for the same thing, first come, first served.
 *
 * INVARIANT  a wait is in the list until it is served, its time is over, its signal aborts, or all are refused; then its timer and its
 *            listener are gone.
 */
export class Waits<W, R> {
  readonly #waits = new Set<Wait<W, R>>()
  readonly #onLeave: () => void

  /** Calls back when somebody has left who was not served: the next one may be. */
  constructor(onLeave: () => void) {
    this.#onLeave = onLeave
  }

  get length(): number {
    return this.#waits.size
  }

  /** Who waits longest. */
  get first(): Wait<W, R> | undefined {
    return this.#waits.values().next().value
  }

  /** Waits until somebody resolves it; `onTimeout` tells what becomes of it when the time is over. */
  wait(wants: W, { signal, timeoutMs }: WaitOptions, onTimeout: (wait: Wait<W, R>) => void): Promise<R> {
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        this.#waits.delete(wait)
        stopTimer()
        signal?.removeEventListener('abort', onAbort)
      }
      const wait: Wait<W, R> = {
        wants,
        resolve(answer) {
          leave()
          resolve(answer)
        },
        reject(error) {
          leave()
          reject(error)
        },
      }
      const onAbort = (): void => {
        wait.reject(signal?.reason)
        this.#onLeave()
      }
      const timeIsUp = (): void => {
        onTimeout(wait)
        this.#onLeave()
      }
      const stopTimer = timeoutMs === undefined ? () => {} : startTimer(timeoutMs, timeIsUp)
      this.#waits.add(wait)
      signal?.addEventListener('abort', onAbort)
    })
  }

  refuseAll(why: (wants: W) => unknown): void {
    for (const wait of [...this.#waits]) wait.reject(why(wait.wants))
  }
}
