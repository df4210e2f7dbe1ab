import { turn, type Waiter, WaitList } from '@millrace/notify'
import type { Ring, Value } from '@millrace/ring'
import type { ChannelStats, DropReason, Overflow, OverflowOptions, SendOutcome } from '../api.ts'
import type { Core, Side } from '../endpoint/core.ts'
import { tell } from '../endpoint/report.ts'
import type { RoomGiver, RoomWait, ValueWait } from '../endpoint/waits.ts'
import { FullError } from '../errors.ts'
import { Lifecycle } from './lifecycle.ts'

/**
 * Rounds of microtasks that a wake lets pass when nobody waits for a value and only senders are to be told: what a
 * receiver takes meanwhile is room that they need not wait for again.
 */
const ROOM_DELAY = 16

/**
 * The state that all endpoints of one local channel share: values in a ring, and who waits on either side. What its
 * members promise: `Core`.
 *
 *     send ──▶ waiting for room ──admit──▶ ring ──serve──▶ waiting for a value ──▶ receive
 *
 * The wake is coalesced. Handing each value to a parked receiver at once makes both sides park on every item; here the
 * value goes into the ring and the wake runs as a microtask of its own, when there is more to hand out.
 *
 * INVARIANT  somebody waits for room only while the first of them finds too little. Room goes to them, in their order,
 *            in the call that makes it; only their promises are resolved later, in the wake.
 * INVARIANT  the first `receivers.length` values of the ring are promised to those who wait for one. A newcomer hands
 *            them out and takes what is beyond them, or waits behind them: first come is first served across the wake.
 * INVARIANT  while somebody could be served or is admitted and not yet told, a wake is scheduled.
 * INVARIANT  length + reserved ≤ capacity, except below a capacity that was lowered. A rendezvous (capacity 0) puts a
 *            value into its ring only in a call that takes it out again.
 * INVARIANT  sent = received + length + dropped of those that were sent: what leaves the ring is received or reported.
 */
export class LocalChannel<T extends Value> implements Core<T>, RoomGiver<T> {
  readonly lifecycle: Lifecycle = new Lifecycle()
  readonly overflow: Overflow
  readonly #ring: Ring<T>
  readonly #onDrop: ((value: T, why: DropReason) => void) | undefined
  readonly #receivers = new WaitList<ValueWait<T>>()
  readonly #senders = new WaitList<RoomWait<T>>()
  readonly #admitted = new WaitList<Waiter<void>>()
  #capacity: number
  #reserved = 0
  #sent = 0
  readonly #dropped: Record<DropReason, number> = { oldest: 0, newest: 0, closed: 0 }
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

  attach(side: Side): void {
    this.lifecycle.endpoints[side]++
  }

  detach(side: Side, endpoint: object): void {
    const last = --this.lifecycle.endpoints[side] === 0
    for (const wait of this.#senders.takeWhere(({ owner }) => owner === endpoint)) wait.refuse()
    for (const wait of this.#receivers.takeWhere(({ owner }) => owner === endpoint)) wait.end()
    if (last) this.close(side, undefined)
    this.#admit()
    if (!last || side === 'sender') return
    for (let value = this.#ring.pop(); value !== undefined; value = this.#ring.pop()) this.#drop(value, 'closed')
  }

  trySend(value: T): SendOutcome {
    if (this.lifecycle.closed) return 'closed'
    if (this.#senders.length > 0 || this.#ring.length + this.#reserved >= this.#capacity) {
      return this.#trySendFull(value)
    }
    this.put(value)
    if (this.#receivers.length > 0) this.#scheduleWake()
    return 'sent'
  }

  trySendMany(values: readonly T[], from: number, to: number): number {
    if (this.lifecycle.closed || this.#senders.length > 0) return 0
    const count = this.#ring.pushMany(values, from, Math.min(to, from + this.free))
    this.#sent += count
    if (this.#receivers.length > 0) this.#scheduleWake()
    return count
  }

  overflowing(value: T): 'waits' | 'dropped' {
    if (this.overflow === 'wait') return 'waits'
    if (this.overflow === 'reject') throw new FullError(value)
    this.#drop(value, 'newest')
    return 'dropped'
  }

  take(): T | undefined {
    if (!this.#hasSpare(1)) return undefined
    const value = this.#ring.pop()
    if (this.#senders.length > 0) this.#admit()
    return value
  }

  takeMany(max: number): T[] {
    if (!this.#hasSpare(max)) return []
    const values = this.#ring.popMany(max)
    if (this.#senders.length > 0) this.#admit()
    return values
  }

  get end(): { readonly error: unknown } | undefined {
    return this.#drained() && this.#receivers.length === 0 ? this.lifecycle : undefined
  }

  parkReceiver(wait: ValueWait<T>): void {
    this.#receivers.add(wait)
    this.#wakeDelay = 0
    if (this.#ring.length > 0) this.#scheduleWake() // A select may have been sent to between looking for a value and waiting for one.
  }

  parkSender(wait: RoomWait<T>): void {
    this.#senders.add(wait)
    if (this.#senders.first === wait) this.#admit() // A select may have made room between asking for it and waiting for it.
  }

  tryHold(count: number): boolean {
    if (this.#senders.length > 0 || this.#capacity - this.#reserved < count) return false
    if (this.overflow === 'drop-oldest') this.#dropOldest(count)
    if (this.lifecycle.closed || this.free < count) return false
    this.#reserved += count
    return true
  }

  release(value?: T): void {
    this.#reserved--
    if (value !== undefined) this.put(value)
    this.#admit()
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
    for (const wait of this.#senders.takeWhere(({ room }) => room > capacity)) {
      wait.fail(new RangeError(`capacity: lowered to ${capacity}, below the room of ${wait.room} that was waited for`))
    }
    this.#admit()
  }

  readmit(): void {
    this.#admit()
  }

  close(side: Side, error: unknown): void {
    this.lifecycle.close(side, error)
    for (let wait = this.#senders.takeFirst(); wait !== undefined; wait = this.#senders.takeFirst()) wait.refuse()
    if (this.#receivers.length > 0) this.#scheduleWake()
  }

  stats(): ChannelStats {
    const { oldest, newest, closed } = this.#dropped
    return {
      length: this.length,
      capacity: this.#capacity,
      free: this.free,
      reserved: this.#reserved,
      senders: this.lifecycle.endpoints.sender,
      receivers: this.lifecycle.endpoints.receiver,
      sent: this.#sent,
      received: this.#sent - this.length - oldest - closed,
      dropped: oldest + newest + closed,
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
    this.#dropOldest(1)
    if (this.lifecycle.closed) return 'closed' // By `onDrop`, which may do what it likes.
    if (this.free === 0) return 'full'
    this.put(value)
    if (this.#receivers.length > 0) this.#scheduleWake()
    return 'sent'
  }

  /** Makes room for `count` values, as far as there is something to drop that nobody was promised. */
  #dropOldest(count: number): void {
    this.#serve()
    while (this.#capacity - this.#ring.length - this.#reserved < count) {
      const value = this.#ring.pop()
      if (value === undefined) return
      this.#drop(value, 'oldest')
    }
  }

  #drop(value: T, why: DropReason): void {
    this.#dropped[why]++
    tell(this.#onDrop, value, why)
  }

  #drained(): boolean {
    const { closed, refuses } = this.lifecycle
    return closed && this.#ring.length === 0 && (this.#reserved === 0 || refuses)
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
    this.#wakeDelay = this.#receivers.length > 0 ? 0 : ROOM_DELAY
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
    try {
      this.#serve()
      for (let waiter = this.#admitted.takeFirst(); waiter; waiter = this.#admitted.takeFirst()) waiter.wake()
    } finally {
      this.#wakeScheduled = false
    }
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
      if (this.lifecycle.error === undefined) wait.end()
      else wait.fail(this.lifecycle.error)
    }
  }
}
