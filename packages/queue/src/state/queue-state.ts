import type { AckOutcome, LeaseOutcome } from '../api.ts'
import { DedupKeys } from './dedup.ts'
import { Heap } from './heap.ts'
import { ByPriority, InTurn, type Ready } from './ready.ts'
import type { NewMessage, Stored } from './stored.ts'

/** What a queue goes by. */
export interface QueueRules {
  readonly capacity: number
  readonly capacityBytes: number
  readonly maxDeliveries: number
  readonly byPriority: boolean
  readonly dedupMs: number
}

/** What a queue has seen. */
export interface Tallies {
  sent: number
  delivered: number
  acked: number
  returned: number
  dead: number
  expired: number
  purged: number
  duplicates: number
}

/** Which delivery of which message a lease is for. */
export interface LeaseOf {
  readonly number: number
  readonly delivery: number
}

/**
 * One queue, without any I/O: what is in it, in which order, leased until when. Time is what it is told.
 *
 *     add ──▶ delayed ──time──▶ ready ──take──▶ leased ──ack──▶ gone
 *         └────────────────────▶  ▲               │  release, or time
 *                                 └── delayed ◀───┴─── delivered too often ──▶ buried
 *
 * INVARIANT  a message is in exactly one heap, that of its state, and counted in `bytes`.
 * INVARIANT  `settle` is called before anything is asked: then no message is ready whose time to live is over, none delayed or leased whose
 *            time has come.
 * INVARIANT  a lease holds while its message is leased and no other delivery of it has begun.
 */
export class QueueState {
  readonly rules: QueueRules
  readonly tallies: Tallies = {
    sent: 0,
    delivered: 0,
    acked: 0,
    returned: 0,
    dead: 0,
    expired: 0,
    purged: 0,
    duplicates: 0,
  }
  readonly #messages = new Map<number, Stored>()
  readonly #ready: Ready
  readonly #delayed = new Heap<Stored>(isDueBefore)
  readonly #leased = new Heap<Stored>(isDueBefore)
  readonly #dedup: DedupKeys
  readonly #bury: (message: Stored) => void
  #nextNumber = 1
  #nextTurn = 1
  #bytes = 0

  /** `bury` is handed each message that was delivered too often; it is no longer in the queue then. */
  constructor(rules: QueueRules, bury: (message: Stored) => void) {
    this.rules = rules
    this.#bury = bury
    this.#ready = rules.byPriority ? new ByPriority() : new InTurn()
    this.#dedup = new DedupKeys(rules.dedupMs)
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
    )
  }

  /** When the message was sent that is received next. */
  get oldestMs(): number | undefined {
    return this.#ready.first?.enqueuedAtMs
  }

  /** Whether so many messages of so many bytes fit in. One that is alone does, if the queue is empty. */
  hasRoom(count: number, bytes: number): boolean {
    if (this.#messages.size + count > this.rules.capacity) return false
    return this.#bytes + bytes <= this.rules.capacityBytes || (this.#messages.size === 0 && count === 1)
  }

  /** The id of the message that has this dedup key, if there was one in time. */
  duplicateOf(key: string, nowMs: number): string | undefined {
    const id = this.#dedup.idOf(key, nowMs)
    if (id !== undefined) this.tallies.duplicates++
    return id
  }

  /** Takes a message in; there is room. Gives its id. */
  add({ body, headers, bytes, priority, from, delayMs, ttlMs, dedupKey }: NewMessage, nowMs: number): string {
    const number = this.#nextNumber++
    const id = String(number)
    const message: Stored = {
      number,
      id,
      body,
      headers,
      bytes,
      priority,
      from,
      enqueuedAtMs: nowMs,
      expiresAtMs: nowMs + ttlMs,
      state: 'delayed',
      dueAtMs: nowMs + delayMs,
      turn: 0,
      deliveries: 0,
      place: -1,
    }
    this.#messages.set(number, message)
    this.#bytes += bytes
    this.tallies.sent++
    if (dedupKey !== undefined) this.#dedup.add(dedupKey, id, nowMs)
    this.#wait(message, delayMs, nowMs)
    return id
  }

  /** What time brings: messages become ready, come back, or are dropped. */
  settle(nowMs: number): void {
    for (let due = this.#leased.first; due !== undefined && due.dueAtMs <= nowMs; due = this.#leased.first) {
      this.#leased.remove(due)
      this.#giveBack(due, 0, nowMs)
    }
    for (let due = this.#delayed.first; due !== undefined && due.dueAtMs <= nowMs; due = this.#delayed.first) {
      this.#delayed.remove(due)
      this.#makeReady(due)
    }
    for (let old = this.#ready.first; old !== undefined && old.expiresAtMs <= nowMs; old = this.#ready.first) {
      this.#ready.remove(old)
      this.#forget(old)
      this.tallies.expired++
    }
  }

  /** Takes up to `max` messages that are ready, leased for so long; with 0 they are gone. */
  take(max: number, leaseMs: number, nowMs: number): Stored[] {
    const taken: Stored[] = []
    while (taken.length < max && this.#ready.length > 0) {
      const message = this.#ready.first as Stored
      this.#ready.remove(message)
      message.deliveries++
      this.tallies.delivered++
      taken.push(message)
      if (leaseMs === 0) {
        this.#forget(message)
        this.tallies.acked++
      } else this.#lease(message, nowMs + leaseMs)
      this.settle(nowMs) // The next one may be too old.
    }
    return taken
  }

  /** The messages that are received next, at most so many. */
  peek(max: number): Stored[] {
    return this.#ready.peek(max)
  }

  ack(lease: LeaseOf): AckOutcome {
    const message = this.#holder(lease)
    if (typeof message === 'string') return message
    this.#leased.remove(message)
    this.#forget(message)
    this.tallies.acked++
    return 'acked'
  }

  /** Gives a message back, to be ready after a delay. */
  release(lease: LeaseOf, delayMs: number, nowMs: number): LeaseOutcome {
    const message = this.#holder(lease)
    if (typeof message === 'string') return message
    this.#leased.remove(message)
    this.#giveBack(message, delayMs, nowMs)
    return 'held'
  }

  extend(lease: LeaseOf, ms: number, nowMs: number): LeaseOutcome {
    const message = this.#holder(lease)
    if (typeof message === 'string') return message
    this.#leased.remove(message)
    this.#lease(message, nowMs + ms)
    return 'held'
  }

  /** Drops what is ready or delayed; tells how many. */
  purge(): number {
    const before = this.#messages.size
    for (let first = this.#ready.first; first !== undefined; first = this.#ready.first) {
      this.#ready.remove(first)
      this.#forget(first)
    }
    for (const message of this.#delayed.take(this.#delayed.length)) this.#forget(message)
    const purged = before - this.#messages.size
    this.tallies.purged += purged
    return purged
  }

  /** Takes a message out for good that is ready. */
  remove(message: Stored): void {
    this.#ready.remove(message)
    this.#forget(message)
    this.tallies.acked++
  }

  #holder({ number, delivery }: LeaseOf): Stored | 'requeued' | 'missing' {
    const message = this.#messages.get(number)
    if (message === undefined) return 'missing'
    return message.state === 'leased' && message.deliveries === delivery ? message : 'requeued'
  }

  #giveBack(message: Stored, delayMs: number, nowMs: number): void {
    if (message.deliveries >= this.rules.maxDeliveries) {
      this.#forget(message)
      this.tallies.dead++
      this.#bury(message)
      return
    }
    this.tallies.returned++
    this.#wait(message, delayMs, nowMs)
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

  #forget(message: Stored): void {
    this.#messages.delete(message.number)
    this.#bytes -= message.bytes
  }
}

function isDueBefore(a: Stored, b: Stored): boolean {
  return a.dueAtMs < b.dueAtMs || (a.dueAtMs === b.dueAtMs && a.number < b.number)
}
