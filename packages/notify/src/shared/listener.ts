import type { Listener, WaitOptions } from '../api.ts'
import { refusal, WAIT_OPTIONS } from '../check.ts'
import { Waiter } from '../local/waiter.ts'
import { disposed } from './view.ts'

/** Which call woke a listener; it decides where an unused wake goes. */
export type Wake = 'one' | 'last' | 'all'

/** What a listener tells those it belongs to. */
export interface ListenerOwner {
  /** The listener begins to wait; it may have been woken already. */
  begin(listener: SharedListener): void
  /** The listener left before it was woken, and left the list. */
  left(listener: SharedListener): void
  /** The listener does not use the wake it has. */
  handOn(wake: Wake): void
}

/**
 * One registration at a shared notify.
 *
 *     registered ── look ──▶ woken ── wait() ──▶ used
 *       │                      └── dispose ──▶ its wake goes to another
 *       └── dispose, abort, timeout ──▶ gone
 */
export class SharedListener extends Waiter<void> implements Listener {
  /** The view it was registered at. */
  readonly view: object
  wokenBy: Wake | undefined
  isWaiting = false
  readonly #owner: ListenerOwner
  #isUsed = false

  constructor(owner: ListenerOwner, view: object) {
    super()
    this.#owner = owner
    this.view = view
  }

  wait(options?: WaitOptions): Promise<void> {
    if (this.#isUsed) throw new TypeError('wait: this listener has waited or was disposed; listen again')
    const refused = refusal(options, WAIT_OPTIONS)
    if (refused !== undefined) {
      this[Symbol.dispose]()
      return refused
    }
    this.#isUsed = true
    this.#owner.begin(this)
    if (options !== undefined && this.wokenBy === undefined) this.limit(options)
    return this.promise
  }

  /** Leaves with an error for whoever waits. */
  abandon(): void {
    this.list?.remove(this)
    this.#owner.left(this)
    // Whoever disposes a listener in mid-wait knows; the promise may have nobody left to tell.
    this.promise.catch(() => {})
    this.fail(disposed('listener'))
    this.#isUsed = true
  }

  [Symbol.dispose](): void {
    if (this.list !== undefined) this.abandon()
    else if (this.wokenBy !== undefined && !this.#isUsed) this.#owner.handOn(this.wokenBy)
    this.#isUsed = true
  }

  protected override abandoned(): void {
    this.#owner.left(this)
  }
}
