import { Waiter } from '@millrace/notify'
import type { Value } from '@millrace/ring'
import type { Arrivals, ValueWait } from '../endpoint/waits.ts'
import type { WordArray } from './api.ts'
import type { Store } from './store.ts'

/** A receive that waits for at least one number; they go into the elements of an array. It ends with how many. */
export class ReceiveInto<T extends Value> extends Waiter<number> implements ValueWait<T> {
  readonly owner: object
  readonly #array: WordArray
  readonly #store: Store<T>

  constructor(owner: object, array: WordArray, store: Store<T>) {
    super()
    this.owner = owner
    this.#array = array
    this.#store = store
  }

  take(arrivals: Arrivals<T>): void {
    // Its memory was transferred or shrunk meanwhile: a number put there is gone, and nobody must take it for received.
    if (this.#array.length === 0) {
      this.fail(new TypeError('array: lost its elements while the receive waited, and a number with them'))
      return
    }
    this.#array[0] = arrivals.pop() as unknown as number
    this.wake(1 + this.#store.popInto(this.#array, 1))
  }

  end(): void {
    this.wake(0)
  }
}
