import type { Listener, Notify, WaitOptions } from '../api.ts'
import { refusal, WAIT_OPTIONS } from '../check.ts'
import { WaitList } from './wait-list.ts'
import { Waiter } from './waiter.ts'

/**
 * Parking and waking in one event loop. Semantics of tokio's `Notify` (tokio/src/sync/notify.rs).
 *
 *     listen() ──▶ registered ── notify ──▶ woken ── wait() ──▶ used
 *                      │                      └── dispose, aborted ──▶ the wake goes to the next listener
 *                      └── dispose, abort, timeout ──▶ gone
 *
 * INVARIANT  a stored wake exists only while nobody is registered.
 * INVARIANT  a wake of notifyOne or notifyLast is used once or stored; a wake of notifyAll is never handed on.
 */
class LocalNotify implements Notify {
  readonly #listeners = new WaitList<LocalListener>()
  #stored = false

  notifyOne(): void {
    this.#wake(this.#listeners.takeFirst(), 'one')
  }

  notifyLast(): void {
    this.#wake(this.#listeners.takeLast(), 'last')
  }

  notifyAll(): void {
    while (this.#listeners.length > 0) this.#wake(this.#listeners.takeFirst(), 'all')
  }

  listen(): Listener {
    return this.#register()
  }

  wait(options?: WaitOptions): Promise<void> {
    return refusal(options, WAIT_OPTIONS) ?? this.#register().wait(options)
  }

  /** Gives a wake that its listener did not use to the next one, in the order it was meant for. */
  handOn(wokenBy: Wake): void {
    if (wokenBy === 'one') this.notifyOne()
    else if (wokenBy === 'last') this.notifyLast()
  }

  remove(listener: LocalListener): void {
    this.#listeners.remove(listener)
  }

  #register(): LocalListener {
    const listener = new LocalListener(this)
    if (this.#stored) {
      this.#stored = false
      this.#wake(listener, 'one')
    } else {
      this.#listeners.add(listener)
    }
    return listener
  }

  #wake(listener: LocalListener | undefined, wake: Wake): void {
    if (listener === undefined) {
      this.#stored = true
    } else {
      listener.wokenBy = wake
      listener.wake()
    }
  }
}

/** Which call woke a listener; it decides where an unused wake goes. */
type Wake = 'one' | 'last' | 'all'

class LocalListener extends Waiter<void> implements Listener {
  wokenBy: Wake | undefined
  readonly #owner: LocalNotify
  #used = false

  constructor(owner: LocalNotify) {
    super()
    this.#owner = owner
  }

  wait(options?: WaitOptions): Promise<void> {
    if (this.#used) throw new TypeError('wait: this listener has waited or was disposed; listen again')
    const refused = refusal(options, WAIT_OPTIONS)
    if (refused !== undefined) {
      this[Symbol.dispose]()
      return refused
    }
    this.#used = true
    if (options !== undefined && this.wokenBy === undefined) this.limit(options)
    return this.promise
  }

  [Symbol.dispose](): void {
    if (this.list !== undefined) {
      this.#owner.remove(this)
      // Whoever disposes a listener in mid-wait knows; the promise may have nobody left to tell.
      this.promise.catch(() => {})
      this.fail(new DOMException('the listener was disposed while it waited', 'AbortError'))
    } else if (this.wokenBy !== undefined && !this.#used) this.#owner.handOn(this.wokenBy)
    this.#used = true
  }
}

/**
 * Makes a notify with no stored wake and nobody listening.
 *
 * @example
 * const ready = notify()
 * const listener = ready.listen()
 * ready.notifyOne() // the listener is registered, so this wake is not missed
 * await listener.wait()
 */
export function notify(): Notify {
  return new LocalNotify()
}
