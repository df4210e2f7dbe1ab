import { startTimer, Waiter, type WaitOptions } from '@millrace/notify'
import type { ItemOptions } from './api.ts'
import type { Entry } from './entry.ts'

/** A submit that waits for room. */
export class SubmitWait<T> extends Waiter<Entry<T>> {
  readonly item: T
  readonly priority: number
  readonly options: ItemOptions

  constructor(item: T, priority: number, options: ItemOptions) {
    super()
    this.item = item
    this.priority = priority
    this.options = options
  }
}

/** Whose drains they are. */
export interface DrainOwner<T> {
  /** The time of a drain is over. */
  timeIsUp(wait: DrainWait<T>): void
  /** A drain gave up that others may have waited behind. */
  gaveUp(): void
}

/** A drain that waits for so many items; unlike other waits, it takes what is there when its time is over. */
export class DrainWait<T> extends Waiter<unknown> {
  readonly count: number
  /** Takes at most so many, as items or held. */
  readonly take: (most: number) => unknown
  readonly #owner: DrainOwner<T>
  #stopTimer: (() => void) | undefined

  constructor(count: number, take: (most: number) => unknown, owner: DrainOwner<T>) {
    super()
    this.count = count
    this.take = take
    this.#owner = owner
  }

  /** Lets an abort end the wait, and the time with what is there. */
  limitDrain({ signal, timeoutMs }: WaitOptions): void {
    if (signal !== undefined) this.limit({ signal })
    if (timeoutMs !== undefined) this.#stopTimer = startTimer(timeoutMs, () => this.#owner.timeIsUp(this))
  }

  override unlimit(): void {
    super.unlimit()
    this.#stopTimer?.()
    this.#stopTimer = undefined
  }

  protected override abandoned(): void {
    this.#owner.gaveUp()
  }
}
