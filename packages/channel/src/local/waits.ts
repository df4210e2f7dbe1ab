import { type Place, Waiter, type WaitOptions } from '@millrace/notify'
import type { Ring, Value } from '@millrace/ring'

/** A send that waits for room. */
export class SendWait<T extends Value> extends Waiter<void> {
  readonly value: T

  constructor(value: T) {
    super()
    this.value = value
  }
}

/** A receive that waits, for one value or for several. */
export interface ReceiveWait<T extends Value, R = unknown> extends Place {
  /** Settles when the wait ends. */
  readonly promise: Promise<R>
  /** Lets abort and timeout end the wait. */
  limit(options: WaitOptions): void
  /** Ends the wait with the error of the channel. */
  fail(reason: unknown): void
  /** Takes its share of a ring that is not empty and ends the wait with it. */
  take(ring: Ring<T>): void
  /** Ends the wait of a receiver that no value will reach any more. */
  end(): void
}

/** Waits for one value. */
export class ReceiveOne<T extends Value> extends Waiter<T | undefined> implements ReceiveWait<T, T | undefined> {
  take(ring: Ring<T>): void {
    this.wake(ring.pop())
  }

  end(): void {
    this.wake(undefined)
  }
}

/** Waits for at least one value and takes at most `max`. */
export class ReceiveMany<T extends Value> extends Waiter<T[]> implements ReceiveWait<T, T[]> {
  readonly #max: number

  constructor(max: number) {
    super()
    this.#max = max
  }

  take(ring: Ring<T>): void {
    this.wake(ring.popMany(this.#max))
  }

  end(): void {
    this.wake([])
  }
}
