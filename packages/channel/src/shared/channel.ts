import { CLOSED_BY_RECEIVERS, CLOSED_BY_SENDERS, PARKED_RECEIVERS, PARKED_SENDERS } from '@millrace/atomics'
import { type Waiter, WaitList } from '@millrace/notify'
import { Blocker, Watch } from '@millrace/notify/shared'
import type { Value } from '@millrace/ring'
import type { ChannelStats, SendOutcome } from '../api.ts'
import type { Core, Side } from '../endpoint/core.ts'
import type { Arrivals, RoomGiver, RoomWait, ValueWait } from '../endpoint/waits.ts'
import type { WordArray } from './api.ts'
import type { Place } from './place.ts'
import type { Store } from './store.ts'

/**
 * One thread's view of a channel that lies in shared memory. The values, the closing and the count of endpoints are words
 * there; who waits on this thread, and in which order, is known here.
 *
 *     this thread   receive ─▶ waiting for a value ◀─ watch          watch ─▶ waiting for room ◀─ send
 *                                                       │              │
 *     the memory                                      slots, state, parked flags
 *
 * INVARIANT  within this thread first come is first served, on either side: a newcomer looks for itself only if nobody waits.
 *            Between threads whoever looks first is served.
 * INVARIANT  while somebody waits, the watch of that side runs; that of senders also while a value is late.
 * INVARIANT  who waits for room is admitted by holding it, so the push that follows finds it.
 * INVARIANT  a value that could not be decoded is gone, and its error reaches one call: that which took it, or if it took good
 *            values before, the next that decodes.
 */
export class SharedChannel<T extends Value> implements Core<T>, RoomGiver<T> {
  readonly capacity: number
  readonly lifecycle: Place
  /** For those who look for themselves, whoever waits. */
  readonly store: Store<T>
  readonly receiverBlocker: Blocker
  readonly senderBlocker: Blocker
  readonly #receivers = new WaitList<ValueWait<T>>()
  readonly #senders = new WaitList<RoomWait<T>>()
  readonly #receiverWatch: Watch
  readonly #senderWatch: Watch
  #failure: { readonly error: unknown } | undefined

  constructor(place: Place, store: Store<T>) {
    const { arena, object, capacity } = place
    this.capacity = capacity
    this.lifecycle = place
    this.store = store
    this.receiverBlocker = new Blocker(arena, object + PARKED_RECEIVERS)
    this.senderBlocker = new Blocker(arena, object + PARKED_SENDERS, capacity >> 2)
    this.#receiverWatch = new Watch(arena, object + PARKED_RECEIVERS, () => this.#serve())
    this.#senderWatch = new Watch(arena, object + PARKED_SENDERS, () => this.#admit())
  }

  get length(): number {
    return this.lifecycle.length
  }

  get free(): number {
    return this.lifecycle.free
  }

  attach(side: Side): void {
    this.lifecycle.attach(side)
  }

  detach(side: Side, endpoint: object): void {
    for (const wait of this.#senders.takeWhere(({ owner }) => owner === endpoint)) wait.refuse()
    for (const wait of this.#receivers.takeWhere(({ owner }) => owner === endpoint)) wait.end()
    this.store.flush()
    this.lifecycle.detach(side, () => this.store.dropAll())
    this.readmit()
  }

  trySend(value: T): SendOutcome {
    if (this.#senders.length > 0) return this.lifecycle.closed ? 'closed' : 'full'
    return this.sendNow(value)
  }

  /** Sends if there is room, whoever of this thread waits for it. */
  sendNow(value: T): SendOutcome {
    const outcome = this.store.push(value)
    if (this.#receivers.length > 0) this.#receiverWatch.poke()
    return outcome
  }

  trySendMany(values: readonly T[], from: number, to: number): number {
    if (this.#senders.length > 0) return 0
    const count = this.store.pushMany(values, from, to)
    if (this.#receivers.length > 0) this.#receiverWatch.poke()
    return count
  }

  overflowing(value: T): 'waits' | 'dropped' {
    return this.store.overflowing(value)
  }

  take(): T | undefined {
    return this.#isPromised() ? undefined : this.takeNow()
  }

  takeMany(max: number): T[] {
    return this.#isPromised() ? [] : this.takeManyNow(max)
  }

  /** Takes numbers into the elements of an array, as `take`; answers how many. */
  takeInto(array: WordArray): number {
    return this.#isPromised() ? 0 : this.store.popInto(array)
  }

  /** Takes the oldest value, as `take`, and lends its bytes. */
  lend<R>(read: (bytes: Uint8Array) => R): { readonly value: R } | undefined {
    return this.#isPromised() ? undefined : this.store.borrow(read)
  }

  /** Takes the oldest value, whoever of this thread waits for one. Throws what the codec throws. */
  takeNow(): T | undefined {
    if (this.#failure !== undefined) this.#throwFailure()
    return this.store.pop()
  }

  /** Takes at most `max` values, as `takeNow`, onto the end of an array. What the codec throws after a good value, the next call throws. */
  takeManyNow(max: number, values: T[] = []): T[] {
    if (this.#failure !== undefined) this.#throwFailure()
    try {
      this.store.popMany(max, values)
    } catch (error) {
      if (values.length === 0) throw error
      this.#failure = { error }
    }
    return values
  }

  get end(): { readonly error: unknown } | undefined {
    return this.store.isDrained && this.#receivers.length === 0 ? this.lifecycle : undefined
  }

  parkReceiver(wait: ValueWait<T>): void {
    this.#receivers.add(wait)
    this.#receiverWatch.start()
  }

  parkSender(wait: RoomWait<T>): void {
    this.#senders.add(wait)
    this.#senderWatch.start()
  }

  tryHold(count: number): boolean {
    return this.#senders.length === 0 && this.store.hold(count)
  }

  release(value?: T): void {
    if (value === undefined) this.store.release(1)
    else this.put(value)
    if (this.#senders.length > 0) this.#senderWatch.poke()
  }

  put(value: T): void {
    this.store.put(value)
    if (this.store.isLate) this.#senderWatch.start()
    if (this.#receivers.length > 0) this.#receiverWatch.poke()
  }

  /** The room was held by `#admit`. */
  hold(): void {}

  wakeSoon(waiter: Waiter<void>): void {
    waiter.wake()
  }

  readmit(): void {
    if (this.#senders.length > 0) this.#senderWatch.poke()
  }

  setCapacity(): void {
    throw new RangeError('capacity: that of a shared channel cannot change')
  }

  close(side: Side, error: unknown): void {
    this.store.flush()
    this.lifecycle.close(side === 'sender' ? CLOSED_BY_SENDERS : CLOSED_BY_RECEIVERS, error)
    this.#receiverWatch.poke()
    this.#senderWatch.poke()
  }

  stats(): ChannelStats {
    return { ...this.lifecycle.stats(), waitingSenders: this.#senders.length, waitingReceivers: this.#receivers.length }
  }

  /** Hands values to those who wait for one, and the end when there will be no more. Answers whether somebody still waits. */
  #serve(): boolean {
    while (this.#receivers.length > 0) {
      try {
        const first = this.takeNow()
        if (first !== undefined) this.#receivers.takeFirst()?.take(this.#arrivals(first))
        else if (this.store.isDrained) this.#endReceivers()
        else return true
      } catch (error) {
        this.#receivers.takeFirst()?.fail(error) // A codec of the user's own could not read its own bytes.
      }
    }
    return false
  }

  /** Whether what is there belongs to those who wait: they are served first. */
  #isPromised(): boolean {
    return this.#receivers.length > 0 && this.#serve()
  }

  #throwFailure(): void {
    const failure = this.#failure
    this.#failure = undefined
    if (failure !== undefined) throw failure.error
  }

  #arrivals(first: T): Arrivals<T> {
    return { pop: () => first, popMany: (max) => (max > 1 ? this.takeManyNow(max - 1, [first]) : [first]) }
  }

  #endReceivers(): void {
    const { error } = this.lifecycle
    for (let wait = this.#receivers.takeFirst(); wait !== undefined; wait = this.#receivers.takeFirst()) {
      if (error === undefined) wait.end()
      else wait.fail(error)
    }
  }

  /** Gives room to what is late and to those who wait for it, in their order. Answers whether somebody still waits. */
  #admit(): boolean {
    if (!this.store.pushLate()) return true
    for (let wait = this.#senders.first; wait !== undefined; wait = this.#senders.first) {
      const isClosed = this.lifecycle.closed
      // A close in between is found by the look that follows the parking.
      if (!isClosed && !this.store.holdNow(wait.room)) return true
      this.#senders.remove(wait)
      if (isClosed) wait.refuse()
      else this.#admitOne(wait)
    }
    return false
  }

  #admitOne(wait: RoomWait<T>): void {
    try {
      wait.admit(this)
    } catch (error) {
      wait.fail(error)
    }
  }
}
