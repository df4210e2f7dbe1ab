import { setImmediate as nextTurn } from 'node:timers/promises'
import { startTimer } from '@millrace/notify'
import { QueueError } from '../errors.ts'
import type { Remembered } from '../state/changes.ts'
import { Heap } from '../state/heap.ts'
import { DeadLetters } from './dead-letters.ts'
import { type Journal, noJournal } from './journal.ts'
import { type Lease, newEpoch } from './lease.ts'
import { LocalQueue, type QueueIdentity } from './local-queue.ts'
import { SLICE } from './slices.ts'

/** Tells the time in milliseconds, and never goes back. */
export interface Clock {
  now(): number
}

/** A queue as it was when it was last heard of. */
export interface RememberedQueue {
  readonly identity: QueueIdentity
  readonly isPaused: boolean
  readonly state: Remembered
}

/** What queues begin with. */
export interface Beginning {
  /** Keeps their leases apart from those of others. */
  readonly epoch: number
  readonly journal: Journal
  readonly queues: readonly RememberedQueue[]
  /** The number of the next queue. */
  readonly nextNumber: number
}

/** Without a past or a memory. */
export function freshBeginning(): Beginning {
  return { epoch: newEpoch(), journal: noJournal, queues: [], nextNumber: 1 }
}

/**
 * The queues of an engine, and what time brings to them.
 *
 * INVARIANT  `bringUp` comes before anything that is done to a queue, `changed` after it: then nobody waits who could be served. Nobody is served
 *            while it goes on, since what time brings next may change who gets what.
 * INVARIANT  a timer runs exactly while somebody waits and time may bring what they wait for.
 */
export class LocalQueues {
  readonly #clock: Clock
  readonly #epoch: number
  readonly #journal: Journal
  readonly #deadLetters: DeadLetters
  readonly #byName = new Map<string, LocalQueue>()
  readonly #byNumber = new Map<number, LocalQueue>()
  /** Those that somebody waits for, and perhaps some for which nobody does any more. */
  readonly #awaited = new Set<LocalQueue>()
  #nextNumber: number
  #nowMs: number
  /** Those that something happens to by itself, the next one first. It may be too early: what was due then may be gone. */
  readonly #due = new Heap<LocalQueue>((a, b) => a.dueMs < b.dueMs)
  #catchingUp: Promise<void> | undefined
  /** Not all is done yet that time has brought. */
  #isBehind = false
  /** Those that may have something for who waits, once it is. */
  readonly #unserved = new Set<LocalQueue>()
  #isClosed = false
  #timer: { readonly atMs: number; readonly stop: () => void } | undefined

  constructor(clock: Clock, { epoch, journal, queues, nextNumber }: Beginning) {
    this.#clock = clock
    this.#epoch = epoch
    this.#journal = journal
    this.#deadLetters = new DeadLetters(clock, this, journal)
    this.#nextNumber = nextNumber
    this.#nowMs = clock.now()
    for (const { identity, isPaused, state } of queues) {
      const queue = this.#put(identity)
      queue.isRemembered = true
      queue.isPaused = isPaused
      queue.state.fill(state, clock.now())
      this.#noteDue(queue)
    }
  }

  /** In the order of their making. */
  get all(): Iterable<LocalQueue> {
    return this.#byName.values()
  }

  get names(): string[] {
    return [...this.#byName.keys()]
  }

  add(name: string, options: QueueIdentity['options']): LocalQueue {
    return this.#put({ name, number: this.#nextNumber++, options })
  }

  remove(queue: LocalQueue): void {
    this.#byName.delete(queue.name)
    this.#byNumber.delete(queue.number)
    if (queue.place >= 0) this.#due.remove(queue)
  }

  find(name: string): LocalQueue | undefined {
    return this.#byName.get(name)
  }

  byNumber(number: number): LocalQueue | undefined {
    return this.#byNumber.get(number)
  }

  /** The queue that gave a lease. One that was made in this run gave none of another, whose queue of that number is gone. */
  giverOf({ queue: number, epoch }: Lease): LocalQueue | undefined {
    const queue = this.#byNumber.get(number)
    return epoch === this.#epoch || queue?.isRemembered ? queue : undefined
  }

  /** The queue of that name. Throws `QueueError` if there is none. */
  get(name: string): LocalQueue {
    const queue = this.#byName.get(name)
    if (queue === undefined) throw new QueueError('missing', `there is no queue ${name}`)
    return queue
  }

  /** Somebody waits for it. */
  await(queue: LocalQueue): void {
    this.#awaited.add(queue)
  }

  /** The time at which something is done to them. */
  get nowMs(): number {
    return this.#nowMs
  }

  /**
   * Does what time has brought, to any queue: one may hold the dead letters of another. Undefined when it is done; else it goes on in the next turns
   * of the event loop. Whoever is to do something awaits it then, at once and itself: so those who wait go on in the order in which they came, and
   * what time brings meanwhile is left for later.
   */
  bringUp(): Promise<void> | undefined {
    if (this.#catchingUp !== undefined) return this.#catchingUp
    const nowMs = this.#clock.now()
    this.#nowMs = nowMs
    const { first } = this.#due
    if (first === undefined || first.dueMs > nowMs || this.#isOver) return undefined
    this.#isBehind = true
    let isDone = true
    try {
      isDone = this.#settle(nowMs)
    } finally {
      if (isDone) this.#serve()
    }
    if (!isDone) this.#catchingUp = this.#catchUp(nowMs)
    return this.#catchingUp
  }

  async #catchUp(toMs: number): Promise<void> {
    try {
      do await nextTurn()
      while (!this.#isOver && !this.#settle(toMs))
    } finally {
      this.#catchingUp = undefined
      this.#nowMs = this.#clock.now()
      this.#serve()
    }
  }

  /** Whether everything is done that came up to then; if it is much, a part of it is. */
  #settle(toMs: number): boolean {
    let left = SLICE
    for (let { first } = this.#due; first !== undefined && first.dueMs <= toMs; { first } = this.#due) {
      left -= first.state.settle(toMs, left)
      this.changed(first)
      if (left === 0) return false
    }
    return true
  }

  /** Serves those who could not be while time was behind. */
  #serve(): void {
    this.#isBehind = false
    for (const queue of this.#unserved) {
      this.#unserved.delete(queue)
      this.changed(queue)
    }
    this.#arm()
  }

  changed(queue: LocalQueue): void {
    if (queue.waiting > 0) {
      if (this.#isBehind) this.#unserved.add(queue)
      else queue.serve(this.#clock.now())
    }
    if (queue.waiting === 0) this.#awaited.delete(queue)
    this.#journal.end()
    this.#noteDue(queue)
    this.#arm()
  }

  /** Nothing happens any more. */
  get #isOver(): boolean {
    return this.#isClosed || this.#journal.failure !== undefined
  }

  /** Ends all waits. */
  close(error: QueueError): void {
    this.#isClosed = true
    this.#timer?.stop()
    this.#timer = undefined
    for (const queue of this.#byName.values()) queue.close(error)
  }

  /** Where messages go that were delivered too often, and come back from. */
  get deadLetters(): DeadLetters {
    return this.#deadLetters
  }

  #put(identity: QueueIdentity): LocalQueue {
    const queue = new LocalQueue(
      identity,
      { epoch: this.#epoch, journal: this.#journal },
      { left: () => this.changed(queue), deadLetter: (message) => this.#deadLetters.entry(queue, message) },
    )
    this.#byName.set(queue.name, queue)
    this.#byNumber.set(queue.number, queue)
    return queue
  }

  #noteDue(queue: LocalQueue): void {
    const { nextDueMs } = queue
    if (nextDueMs === queue.dueMs || this.#byNumber.get(queue.number) !== queue) return
    if (queue.place >= 0) this.#due.remove(queue)
    queue.dueMs = nextDueMs
    if (nextDueMs !== Number.POSITIVE_INFINITY) this.#due.add(queue)
  }

  #arm(): void {
    if (this.#isBehind || this.#isClosed) return
    const next = this.#awaited.size > 0 ? this.#due.first : undefined
    const atMs = next?.dueMs ?? Number.POSITIVE_INFINITY
    if ((this.#timer?.atMs ?? Number.POSITIVE_INFINITY) === atMs) return
    this.#timer?.stop()
    this.#timer = undefined
    if (atMs === Number.POSITIVE_INFINITY) return
    const stop = startTimer(Math.max(0, Math.ceil(atMs - this.#clock.now())), () => {
      this.#timer = undefined
      void this.bringUp()
      this.#arm() // It may have been early.
    })
    this.#timer = { atMs, stop }
  }
}
