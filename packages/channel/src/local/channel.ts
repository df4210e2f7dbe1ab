import { type Waiter, WaitList } from '@millrace/notify'
import type { Ring, Value } from '@millrace/ring'
import type { ChannelStats, DropReason, Overflow, OverflowOptions, SendOutcome } from '../api.ts'
import { turn } from '../turn.ts'
import type { RoomGiver, RoomWait, ValueWait } from './waits.ts'

/** Microtasks between a value and the wake it causes. */
const WAKE_DELAY = 1

/** Which side of a channel. */
export type Side = 'sender' | 'receiver'

/**
 * The state that all endpoints of one local channel share: values in a ring, and who waits on either side.
 *
 *     send ──▶ waiting for room ──admit──▶ ring ──serve──▶ waiting for a value ──▶ receive
 *
 * The wake is coalesced. Handing each value to a parked receiver at once makes both sides park on every item; here the
 * value goes into the ring and the wake runs a few microtasks later, when there is more to hand out.
 *
 * INVARIANT  somebody waits for room only while the first of them finds too little. Room goes to them, in their order,
 *            in the call that makes it; only their promises are resolved later, in the wake.
 * INVARIANT  the first `receivers.length` values of the ring are promised to those who wait for one. A newcomer hands
 *            them out and takes what is beyond them, or waits behind them: first come is first served across the wake.
 * INVARIANT  while somebody could be served or is admitted and not yet told, a wake is scheduled.
 * INVARIANT  length + reserved ≤ capacity, except below a capacity that was lowered. A rendezvous (capacity 0) puts a
 *            value into its ring only in a call that takes it out again.
 */
export class LocalChannel<T extends Value> implements RoomGiver<T> {
  readonly overflow: Overflow
  readonly #ring: Ring<T>
  readonly #onDrop: ((value: T, why: DropReason) => void) | undefined
  readonly #receivers = new WaitList<ValueWait<T>>()
  readonly #senders = new WaitList<RoomWait<T>>()
  readonly #admitted = new WaitList<Waiter<void>>()
  readonly #endpoints: Record<Side, number> = { sender: 0, receiver: 0 }
  #capacity: number
  #reserved = 0
  #sent = 0
  #dropped = 0
  #droppedUnsent = 0
  #closedBy: Side | undefined
  #closeError: unknown
  #closing: PromiseWithResolvers<void> | undefined
  #wakeDelay = 0
  #wakeScheduled = false
  readonly #wake = (): void => this.#runWake()

  /** The ring is this channel's own; `capacity`, at most the ring's, is what counts. */
  constructor(ring: Ring<T>, capacity: number, { overflow = 'wait', onDrop }: OverflowOptions<T> = {}) {
    this.#ring = ring
    this.#capacity = capacity
    this.overflow = overflow
    this.#onDrop = onDrop
  }

  get capacity(): number {
    return this.#capacity
  }

  get length(): number {
    return this.#ring.length
  }

  get free(): number {
    return Math.max(0, this.#capacity - this.#ring.length - this.#reserved)
  }

  get closedBy(): Side | undefined {
    return this.#closedBy
  }

  /** Counts an endpoint in. */
  attach(side: Side): void {
    this.#endpoints[side]++
  }

  /** Counts an endpoint out: the last of a side closes the channel; with the last receiver what is queued is dropped. */
  detach(side: Side): void {
    if (--this.#endpoints[side] > 0) return
    this.close(side, undefined)
    if (side === 'sender' || this.#receivers.length > 0) return
    for (let value = this.#ring.pop(); value !== undefined; value = this.#ring.pop()) this.#drop(value, 'closed')
  }

  /** Sends if that needs no waiting. `value` is not undefined. */
  trySend(value: T): SendOutcome {
    if (this.#closedBy !== undefined) return 'closed'
    if (this.#senders.length > 0 || this.#ring.length + this.#reserved >= this.#capacity)
      return this.#trySendFull(value)
    this.#ring.push(value)
    this.#sent++
    if (this.#receivers.length > 0) this.#scheduleWake()
    return 'sent'
  }

  /** Lets the value go that found no room. */
  dropNewest(value: T): void {
    this.#drop(value, 'newest')
  }

  /** Takes the oldest value that is not promised to somebody who waits; `undefined` if there is none. */
  take(): T | undefined {
    if (!this.#hasSpare(1)) return undefined
    const value = this.#ring.pop()
    if (this.#senders.length > 0) this.#admit()
    return value
  }

  /** Takes at most `max` values, as `take`. */
  takeMany(max: number): T[] {
    if (!this.#hasSpare(max)) return []
    const values = this.#ring.popMany(max)
    if (this.#senders.length > 0) this.#admit()
    return values
  }

  /** What a receive that found nothing ends with, if the channel has ended; while others wait, the wake ends them first. */
  get end(): { readonly error: unknown } | undefined {
    return this.#drained() && this.#receivers.length === 0 ? { error: this.#closeError } : undefined
  }

  /** Puts somebody at the end of those who wait for a value. */
  parkReceiver(wait: ValueWait<T>): void {
    this.#receivers.add(wait)
  }

  /** Puts somebody at the end of those who wait for room. They asked in vain before, in the same call. */
  parkSender(wait: RoomWait<T>): void {
    this.#senders.add(wait)
  }

  /** Keeps room, if it is there and nobody waits for it. */
  tryHold(count: number): boolean {
    if (this.#senders.length > 0 || this.free < count) return false
    this.#reserved += count
    return true
  }

  /** Gives back room that was kept, with the value it was kept for or without. */
  release(value?: T): void {
    this.#reserved--
    if (value !== undefined) this.put(value)
    else if (this.#senders.length > 0) this.#admit()
    if (this.#receivers.length > 0) this.#scheduleWake()
  }

  put(value: T): void {
    this.#ring.push(value)
    this.#sent++
  }

  hold(count: number): void {
    this.#reserved += count
  }

  wakeSoon(waiter: Waiter<void>): void {
    this.#admitted.add(waiter)
  }

  setCapacity(capacity: number): void {
    this.#capacity = capacity
    this.#admit()
  }

  /** Gives room that somebody who wanted more has left to those behind. */
  readmit(): void {
    this.#admit()
  }

  close(side: Side, error: unknown): void {
    if (this.#closedBy !== undefined) return
    this.#closedBy = side
    this.#closeError = error
    for (let wait = this.#senders.takeFirst(); wait !== undefined; wait = this.#senders.takeFirst()) wait.refuse()
    if (this.#receivers.length > 0) this.#scheduleWake()
    this.#closing?.resolve()
  }

  whenClosed(): Promise<void> {
    this.#closing ??= Promise.withResolvers()
    if (this.#closedBy !== undefined) this.#closing.resolve()
    return this.#closing.promise
  }

  stats(): ChannelStats {
    return {
      length: this.length,
      capacity: this.#capacity,
      free: this.free,
      reserved: this.#reserved,
      senders: this.#endpoints.sender,
      receivers: this.#endpoints.receiver,
      sent: this.#sent,
      received: this.#sent - this.length - (this.#dropped - this.#droppedUnsent),
      dropped: this.#dropped,
      waitingSenders: this.#senders.length,
      waitingReceivers: this.#receivers.length,
    }
  }

  /** A rendezvous hands over to whoever waits, at once; `drop-oldest` makes room; otherwise there is none. */
  #trySendFull(value: T): SendOutcome {
    if (this.#capacity === 0 && this.#receivers.length > 0) {
      this.put(value)
      this.#serve()
      return 'sent'
    }
    if (this.overflow !== 'drop-oldest' || this.#senders.length > 0) return 'full'
    this.#serve()
    const oldest = this.free > 0 ? undefined : this.#ring.pop()
    if (this.free === 0 && oldest === undefined) return 'full'
    this.put(value)
    if (oldest !== undefined) this.#drop(oldest, 'oldest')
    return 'sent'
  }

  #drop(value: T, why: DropReason): void {
    this.#dropped++
    if (why === 'newest') this.#droppedUnsent++
    this.#onDrop?.(value, why)
  }

  #drained(): boolean {
    if (this.#closedBy === undefined || this.#ring.length > 0) return false
    return this.#reserved === 0 || this.#closedBy === 'receiver'
  }

  /** Whether a newcomer who wants `count` values finds one at the head; those who wait have got theirs by then. */
  #hasSpare(count: number): boolean {
    if (this.#capacity === 0) this.#admit(count)
    const waiting = this.#receivers.length
    if (waiting === 0) return this.#ring.length > 0
    if (this.#ring.length <= waiting) return false
    this.#serve()
    return this.#ring.length > 0
  }

  /** Gives room to those who wait for it, in their order; a rendezvous has as much as is asked of it in this call. */
  #admit(demand = 0): void {
    for (let wait = this.#senders.first; wait !== undefined; wait = this.#senders.first) {
      if (this.#capacity + demand - this.#ring.length - this.#reserved < wait.room) break
      this.#senders.remove(wait)
      wait.admit(this)
    }
    if (this.#admitted.length > 0 || this.#receivers.length > 0) this.#scheduleWake()
  }

  #scheduleWake(): void {
    if (this.#wakeScheduled) return
    this.#wakeScheduled = true
    this.#wakeDelay = WAKE_DELAY
    queueMicrotask(this.#wake)
  }

  #runWake(): void {
    const due = turn()
    if (due !== undefined) {
      due.then(this.#wake)
      return
    }
    if (this.#wakeDelay-- > 0) {
      queueMicrotask(this.#wake)
      return
    }
    this.#serve()
    for (let waiter = this.#admitted.takeFirst(); waiter !== undefined; waiter = this.#admitted.takeFirst())
      waiter.wake()
    this.#wakeScheduled = false
  }

  /** Hands values to those who wait for one, and the end when there will be no more. */
  #serve(): void {
    while (this.#ring.length > 0) {
      const wait = this.#receivers.takeFirst()
      if (wait === undefined) return
      wait.take(this.#ring)
      if (this.#senders.length > 0) this.#admit()
    }
    if (!this.#drained()) return
    for (let wait = this.#receivers.takeFirst(); wait !== undefined; wait = this.#receivers.takeFirst()) {
      if (this.#closeError === undefined) wait.end()
      else wait.fail(this.#closeError)
    }
  }
}
