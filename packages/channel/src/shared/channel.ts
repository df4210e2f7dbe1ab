import { CLOSED_BY_RECEIVERS, CLOSED_BY_SENDERS, ENDED, PARKED_RECEIVERS, PARKED_SENDERS } from '@millrace/atomics'
import { type Waiter, WaitList } from '@millrace/notify'
import type { Value } from '@millrace/ring'
import type { ChannelStats, DropReason, Overflow, OverflowOptions, SendOutcome } from '../api.ts'
import type { Core, Side } from '../endpoint/core.ts'
import { tell } from '../endpoint/report.ts'
import type { Arrivals, RoomGiver, RoomWait, ValueWait } from '../endpoint/waits.ts'
import { ClosedError, FullError } from '../errors.ts'
import { Blocker } from './block.ts'
import type { Place } from './place.ts'
import type { Slots } from './slots.ts'
import { Watch } from './watch.ts'

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
 * INVARIANT  while somebody waits, the watch of that side runs.
 * INVARIANT  who waits for room is admitted by reserving it, so the push that follows finds it.
 */
export class SharedChannel<T extends Value> implements Core<T>, RoomGiver<T> {
  readonly capacity: number
  readonly overflow: Overflow
  readonly lifecycle: Place
  readonly #slots: Slots<T>
  readonly #onDrop: ((value: T, why: DropReason) => void) | undefined
  readonly #receivers = new WaitList<ValueWait<T>>()
  readonly #senders = new WaitList<RoomWait<T>>()
  readonly #receiverWatch: Watch
  readonly #senderWatch: Watch
  readonly #receiverBlocker: Blocker
  readonly #senderBlocker: Blocker
  readonly #arrivals: Arrivals<T>
  #isDrained = false

  constructor(place: Place, slots: Slots<T>, overflow: Overflow, onDrop: OverflowOptions<T>['onDrop']) {
    const { arena, object, capacity } = place
    this.lifecycle = place
    this.capacity = capacity
    this.overflow = overflow
    this.#slots = slots
    this.#onDrop = onDrop
    this.#receiverWatch = new Watch(arena, object + PARKED_RECEIVERS, () => this.#serve())
    this.#senderWatch = new Watch(arena, object + PARKED_SENDERS, () => this.#admit())
    this.#receiverBlocker = new Blocker(arena, object + PARKED_RECEIVERS)
    this.#senderBlocker = new Blocker(arena, object + PARKED_SENDERS)
    this.#arrivals = {
      pop: () => slots.take(),
      popMany: (max) => {
        const values = [slots.take()]
        if (max > 1) slots.popMany(max - 1, (value) => values.push(value))
        return values
      },
    }
  }

  get length(): number {
    return this.lifecycle.length
  }

  get free(): number {
    return Math.max(0, this.capacity - this.lifecycle.length - this.lifecycle.reserved)
  }

  attach(side: Side): void {
    this.lifecycle.attach(side)
  }

  detach(side: Side, endpoint: object): void {
    for (const wait of this.#senders.takeWhere(({ owner }) => owner === endpoint)) wait.refuse()
    for (const wait of this.#receivers.takeWhere(({ owner }) => owner === endpoint)) wait.end()
    this.lifecycle.detach(side, () => this.#dropAll())
  }

  trySend(value: T): SendOutcome {
    if (this.#senders.length > 0) return this.lifecycle.closed ? 'closed' : 'full'
    return this.pushNow(value)
  }

  /** Sends if there is room, whoever of this thread waits for it. */
  pushNow(value: T): SendOutcome {
    const answer = this.#slots.push(value)
    if (answer > 0) {
      if (this.#receivers.length > 0) this.#receiverWatch.poke()
      return 'sent'
    }
    if (answer === ENDED) return 'closed'
    return this.overflow === 'drop-oldest' ? this.#pushOverOldest(value) : 'full'
  }

  /** Blocks the thread until an attempt to send succeeds; `false` if time was over before. */
  blockSender(attempt: () => boolean, timeoutMs: number | undefined): boolean {
    return this.#senderBlocker.until(attempt, timeoutMs)
  }

  /** Blocks the thread until an attempt to receive succeeds; `false` if time was over before. */
  blockReceiver(attempt: () => boolean, timeoutMs: number | undefined): boolean {
    return this.#receiverBlocker.until(attempt, timeoutMs)
  }

  trySendMany(values: readonly T[], from: number, to: number): number {
    if (this.#senders.length > 0) return 0
    const answer = this.#slots.pushMany(values, from, to)
    if (answer > 0 && this.#receivers.length > 0) this.#receiverWatch.poke()
    return Math.max(0, answer)
  }

  overflowing(value: T): 'waits' | 'dropped' {
    if (this.overflow === 'wait') return 'waits'
    if (this.overflow === 'reject') throw new FullError(value)
    this.#drop(value, 'newest')
    return 'dropped'
  }

  take(): T | undefined {
    return this.#receivers.length > 0 && this.#serve() ? undefined : this.popNow()
  }

  /** Takes the oldest value, whoever of this thread waits for one. */
  popNow(): T | undefined {
    const answer = this.#slots.pop()
    if (answer > 0) return this.#slots.take()
    this.#isDrained = answer === ENDED
    return undefined
  }

  /** Lends the bytes of the oldest value. */
  borrowNow<R>(read: (bytes: Uint8Array) => R): { readonly value: R } | undefined {
    const answer = this.#slots.pop()
    if (answer > 0) return { value: this.#slots.lend(read) }
    this.#isDrained = answer === ENDED
    return undefined
  }

  /** Whether the last look for a value found the end instead. */
  get isDrained(): boolean {
    return this.#isDrained
  }

  takeMany(max: number): T[] {
    if (this.#receivers.length > 0 && this.#serve()) return []
    const values: T[] = []
    this.takeInto(max, (value) => values.push(value))
    return values
  }

  /** Takes at most `max` values, whoever waits, and gives each to `into`; answers how many. */
  takeInto(max: number, into: (value: T) => void): number {
    let count = 0
    while (count < max) {
      const answer = this.#slots.popMany(max - count, into)
      if (answer <= 0) {
        this.#isDrained = answer === ENDED
        break
      }
      count += answer
    }
    return count
  }

  get end(): { readonly error: unknown } | undefined {
    return this.#isDrained && this.#receivers.length === 0 ? this.lifecycle : undefined
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
    if (this.#senders.length > 0) return false
    while (!this.lifecycle.reserve(count)) {
      if (this.overflow !== 'drop-oldest' || this.lifecycle.closed || !this.#dropOldest()) return false
    }
    return true
  }

  release(value?: T): void {
    if (value === undefined) this.lifecycle.release(1)
    else this.put(value)
    if (this.#senders.length > 0) this.#senderWatch.poke()
  }

  put(value: T): void {
    let answer = ENDED
    try {
      answer = this.#slots.pushHeld(value, this.lifecycle.credits)
    } finally {
      if (answer > 0) this.lifecycle.used(1)
      else this.lifecycle.release(1)
    }
    if (answer === ENDED) throw new ClosedError(value)
    if (this.#receivers.length > 0) this.#receiverWatch.poke()
  }

  /** The room was reserved by `#admit`. */
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
    this.lifecycle.close(side === 'sender' ? CLOSED_BY_SENDERS : CLOSED_BY_RECEIVERS, error)
    this.#receiverWatch.poke()
    this.#senderWatch.poke()
  }

  stats(): ChannelStats {
    return { ...this.lifecycle.stats(), waitingSenders: this.#senders.length, waitingReceivers: this.#receivers.length }
  }

  #pushOverOldest(value: T): SendOutcome {
    for (;;) {
      if (!this.#dropOldest()) return this.lifecycle.closed ? 'closed' : 'full'
      const answer = this.#slots.push(value)
      if (answer > 0) return 'sent'
      if (answer === ENDED) return 'closed'
    }
  }

  /** Whether there was one to drop. */
  #dropOldest(): boolean {
    if (this.#slots.pop() <= 0) return false
    this.#drop(this.#slots.take(), 'oldest')
    return true
  }

  #dropAll(): void {
    while (this.#slots.pop() > 0) this.#drop(this.#slots.take(), 'closed')
  }

  #drop(value: T, why: DropReason): void {
    this.lifecycle.countDropped(why)
    tell(this.#onDrop, value, why)
  }

  /** Hands values to those who wait for one, and the end when there will be no more. Answers whether somebody still waits. */
  #serve(): boolean {
    while (this.#receivers.length > 0) {
      const answer = this.#slots.pop()
      if (answer === ENDED) this.#endReceivers()
      else if (answer <= 0) return true
      else this.#hand(this.#receivers.takeFirst() as ValueWait<T>)
    }
    return false
  }

  #hand(wait: ValueWait<T>): void {
    try {
      wait.take(this.#arrivals)
    } catch (error) {
      wait.fail(error)
    }
  }

  #endReceivers(): void {
    const { error } = this.lifecycle
    for (let wait = this.#receivers.takeFirst(); wait !== undefined; wait = this.#receivers.takeFirst()) {
      if (error === undefined) wait.end()
      else wait.fail(error)
    }
  }

  /** Gives room to those who wait for it, in their order. Answers whether somebody still waits. */
  #admit(): boolean {
    for (let wait = this.#senders.first; wait !== undefined; wait = this.#senders.first) {
      if (this.lifecycle.closed) {
        this.#senders.remove(wait)
        wait.refuse()
      } else if (this.lifecycle.reserve(wait.room)) {
        this.#senders.remove(wait)
        try {
          wait.admit(this)
        } catch (error) {
          wait.fail(error)
        }
      } else if (!this.lifecycle.closed) return true
    }
    return false
  }
}
