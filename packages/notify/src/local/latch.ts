import type { Latch, WaitOptions } from '../api.ts'
import { refusal, WAIT_OPTIONS } from '../check.ts'
import { resolveInTurn } from '../turn.ts'
import { WaitList } from './wait-list.ts'
import { Waiter } from './waiter.ts'

/** A door in one event loop. INVARIANT  nobody waits while it is open. */
class LocalLatch implements Latch {
  readonly #waiters = new WaitList<Waiter<void>>()
  #isOpen = false

  get isOpen(): boolean {
    return this.#isOpen
  }

  open(): void {
    this.#isOpen = true
    for (let next = this.#waiters.takeFirst(); next !== undefined; next = this.#waiters.takeFirst()) next.wake()
  }

  reset(): void {
    this.#isOpen = false
  }

  wait(options?: WaitOptions): Promise<void> {
    const refused = refusal(options, WAIT_OPTIONS)
    if (refused !== undefined) return refused
    if (this.#isOpen) return resolveInTurn(undefined)
    const waiter = new Waiter<void>()
    this.#waiters.add(waiter)
    if (options !== undefined) waiter.limit(options)
    return waiter.promise
  }
}

/**
 * Makes a latch, closed.
 *
 * @example
 * const ready = latch()
 * const waiting = ready.wait()
 * ready.open()
 * await waiting
 * await ready.wait() // open: does not wait
 */
export function latch(): Latch {
  return new LocalLatch()
}
