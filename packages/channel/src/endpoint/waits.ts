import { type Place, Waiter } from '@millrace/notify'
import type { Ring, Value } from '@millrace/ring'
import { ClosedError } from '../errors.ts'

/** The side of a channel that room is given by, as those who wait for room see it. */
export interface RoomGiver<T extends Value> {
  /** Puts a value into room that was given. */
  put(value: T): void
  /** Keeps room for later. */
  hold(count: number): void
  /** Has the waiter woken with the coalesced wake. */
  wakeSoon(waiter: Waiter<void>): void
}

/** Somebody who waits for room, in the order of senders. */
export interface RoomWait<T extends Value> extends Place {
  /** The endpoint that waits: disposing it ends the wait. */
  readonly owner: object
  /** How much room it takes to go on. */
  readonly room: number
  /** Takes the room; the wait ends with success, soon. */
  admit(giver: RoomGiver<T>): void
  /** Ends the wait: the channel is closed. */
  refuse(): void
  /** Ends the wait with an error. */
  fail(reason: unknown): void
}

/** What those who wait for values take them from: a ring, or as much of one. */
export type Arrivals<T extends Value> = Pick<Ring<T>, 'pop' | 'popMany'>

/** Somebody who waits for a value, in the order of receivers. */
export interface ValueWait<T extends Value> extends Place {
  /** The endpoint that waits: disposing it ends the wait. */
  readonly owner: object
  /** Takes its share of what is there, which is not nothing; the wait ends with it. */
  take(arrivals: Arrivals<T>): void
  /** Ends the wait: no value will come any more. */
  end(): void
  /** Ends the wait with the error the channel was closed with. */
  fail(reason: unknown): void
}

/** A send that waits for room. From admission on the value is sent: abort and timeout come too late. */
export class SendWait<T extends Value> extends Waiter<void> implements RoomWait<T> {
  readonly owner: object
  readonly room: number = 1
  readonly #value: T

  constructor(owner: object, value: T) {
    super()
    this.owner = owner
    this.#value = value
  }

  admit(giver: RoomGiver<T>): void {
    giver.put(this.#value)
    this.unlimit()
    giver.wakeSoon(this)
  }

  refuse(): void {
    this.fail(new ClosedError(this.#value))
  }
}

/** A reservation that waits for room. */
export class ReserveWait<T extends Value> extends Waiter<void> implements RoomWait<T> {
  readonly owner: object
  readonly room: number
  readonly #retract: () => void

  /** `retract` is called when the wait was given up, since a large one may have held back those behind it. */
  constructor(owner: object, room: number, retract: () => void) {
    super()
    this.owner = owner
    this.room = room
    this.#retract = retract
  }

  admit(giver: RoomGiver<T>): void {
    giver.hold(this.room)
    this.unlimit()
    giver.wakeSoon(this)
  }

  refuse(): void {
    this.fail(new ClosedError(undefined))
  }

  protected override abandoned(): void {
    this.#retract()
  }
}

/** A receive that waits for one value. */
export class ReceiveOne<T extends Value> extends Waiter<T | undefined> implements ValueWait<T> {
  readonly owner: object

  constructor(owner: object) {
    super()
    this.owner = owner
  }

  take(arrivals: Arrivals<T>): void {
    this.wake(arrivals.pop())
  }

  end(): void {
    this.wake(undefined)
  }
}

/** A receive that waits for at least one value and takes at most `max`. It ends with `none`. */
export class ReceiveMany<T extends Value, N extends T[] | undefined> extends Waiter<T[] | N> implements ValueWait<T> {
  readonly owner: object
  readonly #max: number
  readonly #none: N

  constructor(owner: object, max: number, none: N) {
    super()
    this.owner = owner
    this.#max = max
    this.#none = none
  }

  take(arrivals: Arrivals<T>): void {
    this.wake(arrivals.popMany(this.#max))
  }

  end(): void {
    this.wake(this.#none)
  }
}
