import type { AckOutcome, LeaseOutcome } from '../api.ts'
import { ByNumber } from '../by-number.ts'
import { type Changes, type LeaseOf, noTallies, type Remembered, type Tallies, type Why } from './changes.ts'
import { DedupKeys, type KnownKey, type NewKeys, NO_KEYS } from './dedup.ts'
import { Heap } from './heap.ts'
import { inOrder, isDue, isDueBefore } from './order.ts'
import { ByPriority, InTurn, type Ready } from './ready.ts'
import { ANY_SIZE, type Expiry, type NewMessage, type Sizes, type Stored } from './stored.ts'

/** What a queue goes by. */
export interface QueueRules {
  readonly capacity: number
  readonly capacityBytes: number
  readonly maxDeliveries: number
  readonly byPriority: boolean
  readonly dedupMs: number
}

/**
 * One queue, without any I/O: what is in it, in which order, leased until when. Time is what it is told.
 *
 *     add ──▶ delayed ──time──▶ ready ──take──▶ leased ──ack──▶ gone
 *         └────────────────────▶  ▲               │  nack, or time
 *                                 └── delayed ◀───┴─── delivered too often ──▶ dead letter
 *
 * INVARIANT  a message is in exactly one place, that of its state, and counted in `bytes`.
 * INVARIANT  `settle` is called before anything is asked: then no message is ready whose time to live is over, none delayed or leased whose
 *            time has come.
 * INVARIANT  a lease holds while its message is leased and no other delivery of it has begun. Its epoch keeps leases apart that were given
 *            before the state was restored: deliveries that were not noted are counted again.
 */
export class QueueState {
  readonly rules: QueueRules
  readonly tallies: Tallies = noTallies()
  #messages = new ByNumber<Stored>()
  readonly #ready: Ready
  readonly #delayed = new Heap<Stored>(isDueBefore)
  readonly #leased = new Heap<Stored>(isDueBefore)
  /** Of those that were never received. */
  readonly #expiries = new Heap<Expiry>((a, b) => a.atMs < b.atMs)
  readonly #dedup = new DedupKeys()
  readonly #epoch: number
  readonly #changes: Changes
  readonly #deadLetter: (message: Stored) => (() => void) | undefined
  /** The epochs of leases that were given before it was restored. */
  readonly #epochs = new Map<number, number>()
  #nextNumber = 1
  #nextTurn = 1
  #bytes = 0

  /**
   * `deadLetter` is handed each message that was delivered too often; what it gives is called when that is no longer in the queue. If it gives nothing
   * the message stays.
   */
  constructor(
    rules: QueueRules,
    epoch: number,
    changes: Changes,
    deadLetter: (message: Stored) => (() => void) | undefined,
  ) {
    this.rules = rules
    this.#epoch = epoch
    this.#changes = changes
    this.#deadLetter = deadLetter
    this.#ready = rules.byPriority ? new ByPriority() : new InTurn()
  }

  get ready(): number {
    return this.#ready.length
  }

  get delayed(): number {
    return this.#delayed.length
  }

  get inFlight(): number {
    return this.#leased.length
  }

  get bytes(): number {
    return this.#bytes
  }

  /** When something happens by itself: the next message becomes ready, or comes back. */
  get nextDueMs(): number {
    return Math.min(
      this.#delayed.first?.dueAtMs ?? Number.POSITIVE_INFINITY,
      this.#leased.first?.dueAtMs ?? Number.POSITIVE_INFINITY,
      this.#expiries.first?.atMs ?? Number.POSITIVE_INFINITY,
    )
  }

  /** When a dedup key is forgotten: what was known takes room then. */
  get nextForgottenMs(): number {
    return this.#dedup.nextMs
  }

  /** When the message in front was ready for the first time. */
  get oldestMs(): number | undefined {
    return this.#ready.oldest?.readyAtMs
  }

  /**
   * Whether so many messages of so many bytes fit in. One that is alone does, if the queue is empty. Their dedup keys have room of as many bytes
   * of their own: they stay when the messages are gone.
   */
  hasRoom(count: number, bytes: number, keys: NewKeys = NO_KEYS): boolean {
    if (this.#messages.size + count > this.rules.capacity) return false
    if (!this.#dedup.hasRoom(keys, this.rules.capacityBytes)) return false
    return this.#bytes + bytes <= this.rules.capacityBytes || (this.#messages.size === 0 && count === 1)
  }

  /** Whether so many messages of so many bytes would not even fit in if it were empty. */
  canNeverHold(count: number, bytes: number, keys: NewKeys = NO_KEYS): boolean {
    const { capacity, capacityBytes: most } = this.rules
    return count > capacity || (count > 1 && bytes > most) || (keys.count > 1 && keys.bytes > most)
  }

  /** The id of the message that had this dedup key, if there was one in time. */
  idOf(dedupKey: string, nowMs: number): string | undefined {
    const number = this.#dedup.numberOf(dedupKey, nowMs)
    return number === undefined ? undefined : String(number)
  }

  /** Fills in what was remembered, into a state that is empty. Nobody is told. */
  fill({ messages, epochs, keys, nextNumber, tallies }: Remembered, nowMs: number): void {
    Object.assign(this.tallies, tallies)
    this.#nextNumber = nextNumber
    for (const key of [...keys].sort((a, b) => a.untilMs - b.untilMs)) this.#dedup.add(key)
    this.#messages = messages
    for (const message of inOrder(messages)) {
      this.#bytes += message.bytes
      if (message.state === 'delayed' && message.deliveries === 0 && message.dueAtMs <= nowMs) message.state = 'ready'
      if (message.state === 'ready' || message.deliveries > 0) message.turn = this.#nextTurn++
      if (message.state === 'ready') this.#ready.add(message)
      else (message.state === 'leased' ? this.#leased : this.#delayed).add(message)
      if (message.expiry !== undefined) this.#expiries.add(message.expiry)
      const epoch = message.state === 'leased' ? epochs.get(message.number) : undefined
      if (epoch !== undefined) this.#epochs.set(message.number, epoch)
    }
  }

  /** All messages, in no order. */
  get messages(): Iterable<Stored> {
    return this.#messages
  }

  /** The number of the next message. */
  get nextNumber(): number {
    return this.#nextNumber
  }

  /** The dedup keys that are known. */
  keys(nowMs: number): Iterable<KnownKey> & { readonly size: number } {
    return this.#dedup.known(nowMs)
  }

  /** The epoch in which a message was last leased. */
  epochOf(number: number): number {
    return this.#epochs.size === 0 ? this.#epoch : (this.#epochs.get(number) ?? this.#epoch)
  }

  /** Takes a message in; there is room. Gives its id. */
  add(
    { body, start, length, headers, bytes, priority, from, delayMs, ttlMs, dedupKey }: NewMessage,
    nowMs: number,
  ): string {
    const number = this.#nextNumber++
    const message: Stored = {
      number,
      body,
      start,
      length,
      headers,
      bytes,
      priority,
      from,
      enqueuedAtMs: nowMs,
      expiry: undefined,
      readyAtMs: nowMs + delayMs,
      state: 'delayed',
      dueAtMs: nowMs + delayMs,
      turn: 0,
      deliveries: 0,
      slot: 0,
      place: -1,
      segment: 0,
      offset: 0,
      crc: 0,
    }
    this.#messages.add(message)
    this.#bytes += bytes
    this.tallies.sent++
    if (ttlMs !== Number.POSITIVE_INFINITY) {
      message.expiry = { atMs: nowMs + delayMs + ttlMs, message, place: -1 }
      this.#expiries.add(message.expiry)
    }
    const key =
      dedupKey === undefined ? undefined : { key: dedupKey, number, untilMs: nowMs + this.rules.dedupMs, segment: 0 }
    if (key !== undefined) this.#dedup.add(key)
    this.#wait(message, delayMs, nowMs)
    this.#changes.sent(message, key)
    return String(number)
  }

  /** What time brings: messages become ready, come back, or are dropped. So many of them at most; tells how many. */
  settle(nowMs: number, most: number = Number.POSITIVE_INFINITY): number {
    let count = 0
    this.#dedup.known(nowMs) // Which forgets others.
    for (let { first: due } = this.#leased; isDue(due, nowMs) && count < most; { first: due } = this.#leased) {
      this.#leased.remove(due)
      if (this.#giveBack(due, 0, nowMs)) this.#changes.returned(due)
      count++
    }
    for (let { first: due } = this.#delayed; isDue(due, nowMs) && count < most; { first: due } = this.#delayed) {
      this.#delayed.remove(due)
      this.#makeReady(due)
      count++
    }
    for (
      let { first: old } = this.#expiries;
      old !== undefined && old.atMs <= nowMs && count < most;
      { first: old } = this.#expiries
    ) {
      this.#ready.remove(old.message) // It was delayed until before that.
      this.#forget(old.message, 'expired')
      this.tallies.expired++
      count++
    }
    return count
  }

  /** Takes up to `max` messages that are ready, none behind one that is too large, leased for so long; with 0 they are gone. */
  take(max: number, leaseMs: number, nowMs: number, { maxBytes, maxMessageBytes }: Sizes = ANY_SIZE): Stored[] {
    const taken: Stored[] = []
    let bytes = 0
    while (taken.length < max && this.#ready.length > 0) {
      const message = this.#ready.first as Stored
      bytes += message.bytes
      if (message.bytes > maxMessageBytes || (bytes > maxBytes && taken.length > 0)) break
      this.#ready.remove(message)
      message.deliveries++
      this.#neverExpire(message)
      this.tallies.delivered++
      taken.push(message)
      if (leaseMs === 0) {
        this.#forget(message, 'taken')
        this.tallies.acked++
      } else {
        this.#lease(message, nowMs + leaseMs)
        this.#changes.leased(message)
      }
    }
    return taken
  }

  /** The message that is received next. */
  get first(): Stored | undefined {
    return this.#ready.first
  }

  /** The messages that are received next, at most so many. */
  peek(max: number): Stored[] {
    return this.#ready.peek(max)
  }

  ack(lease: LeaseOf): AckOutcome {
    const message = this.#holder(lease)
    if (typeof message === 'string') return message
    this.#leased.remove(message)
    this.#forget(message, 'acked')
    this.tallies.acked++
    return 'acked'
  }

  /** Gives a message back, to be ready after a delay. */
  nack(lease: LeaseOf, delayMs: number, nowMs: number): LeaseOutcome {
    const message = this.#holder(lease)
    if (typeof message === 'string') return message
    this.#leased.remove(message)
    if (this.#giveBack(message, delayMs, nowMs)) this.#changes.returned(message)
    return 'held'
  }

  extend(lease: LeaseOf, ms: number, nowMs: number): LeaseOutcome {
    const message = this.#holder(lease)
    if (typeof message === 'string') return message
    this.#leased.remove(message)
    this.#lease(message, nowMs + ms)
    this.#changes.extended(message)
    return 'held'
  }

  /** Drops what is ready or delayed, so many messages at most; tells how many. */
  purge(most: number): number {
    const purged = Math.min(most, this.ready + this.delayed)
    for (let left = purged; left > 0; left--) this.drop((this.#ready.first ?? this.#delayed.first) as Stored)
    return purged
  }

  /** Drops a message that is ready or delayed. */
  drop(message: Stored): void {
    if (message.state === 'ready') this.#ready.remove(message)
    else this.#delayed.remove(message)
    this.#forget(message, 'purged')
    this.tallies.purged++
  }

  /** Whether a message is in this queue. */
  has(message: Stored): boolean {
    return this.#messages.get(message.number) === message
  }

  /** Takes a message out for good that is ready. */
  remove(message: Stored): void {
    this.#ready.remove(message)
    this.#forget(message, 'moved')
    this.tallies.acked++
  }

  #holder({ epoch, number, delivery }: LeaseOf): Stored | 'requeued' | 'missing' {
    const message = this.#messages.get(number)
    if (message === undefined) return 'missing'
    const holds = message.state === 'leased' && message.deliveries === delivery && this.epochOf(number) === epoch
    return holds ? message : 'requeued'
  }

  /** Whether it is in the queue still. */
  #giveBack(message: Stored, delayMs: number, nowMs: number): boolean {
    this.#endEpoch(message)
    const deadLetter = message.deliveries >= this.rules.maxDeliveries ? this.#deadLetter(message) : undefined
    if (deadLetter !== undefined) {
      this.#forget(message, 'dead')
      this.tallies.dead++
      deadLetter()
      return false
    }
    this.tallies.returned++
    this.#wait(message, delayMs, nowMs)
    return true
  }

  #endEpoch({ number }: Stored): void {
    if (this.#epochs.size > 0) this.#epochs.delete(number)
  }

  #wait(message: Stored, delayMs: number, nowMs: number): void {
    if (delayMs === 0) {
      this.#makeReady(message)
      return
    }
    message.state = 'delayed'
    message.dueAtMs = nowMs + delayMs
    this.#delayed.add(message)
  }

  #makeReady(message: Stored): void {
    message.state = 'ready'
    if (message.turn === 0) message.turn = this.#nextTurn++
    this.#ready.add(message)
  }

  #lease(message: Stored, untilMs: number): void {
    message.state = 'leased'
    message.dueAtMs = untilMs
    this.#leased.add(message)
  }

  #neverExpire(message: Stored): void {
    if (message.expiry !== undefined) this.#expiries.remove(message.expiry)
    message.expiry = undefined
  }

  #forget(message: Stored, why: Why): void {
    this.#neverExpire(message)
    this.#endEpoch(message)
    this.#messages.remove(message)
    this.#bytes -= message.bytes
    this.#changes.gone(message, why)
  }
}
