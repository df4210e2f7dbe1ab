import { startTimer } from '@millrace/notify'
import { QueueError } from '../errors.ts'
import type { Remembered } from '../state/changes.ts'
import { DeadLetters } from './dead-letters.ts'
import { type Journal, noJournal } from './journal.ts'
import { newEpoch } from './lease.ts'
import { LocalQueue, type QueueIdentity } from './local-queue.ts'

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
 * INVARIANT  `bringUp` comes before anything that is done to a queue, `changed` after it: then nobody waits who could be served.
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
  /** Nothing happens by itself before. It may be too early: what was due then may be gone. */
  #dueMs = Number.POSITIVE_INFINITY
  #timer: { readonly atMs: number; readonly stop: () => void } | undefined

  constructor(clock: Clock, { epoch, journal, queues, nextNumber }: Beginning) {
    this.#clock = clock
    this.#epoch = epoch
    this.#journal = journal
    this.#deadLetters = new DeadLetters(clock, this, journal)
    this.#nextNumber = nextNumber
    for (const { identity, isPaused, state } of queues) {
      const queue = this.#put(identity)
      queue.isPaused = isPaused
      queue.state.fill(state, clock.now())
      this.#dueMs = Math.min(this.#dueMs, queue.nextDueMs)
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
  }

  find(name: string): LocalQueue | undefined {
    return this.#byName.get(name)
  }

  byNumber(number: number): LocalQueue | undefined {
    return this.#byNumber.get(number)
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

  /** What time has brought, to any queue: one may hold the dead letters of another. */
  bringUp(): void {
    const nowMs = this.#clock.now()
    if (nowMs < this.#dueMs || this.#journal.failure !== undefined) return
    for (const { state } of this.#byName.values()) state.settle(nowMs)
    for (const queue of this.#awaited) queue.serve(nowMs)
    this.#journal.end()
    this.#dueMs = Number.POSITIVE_INFINITY
    for (const { nextDueMs } of this.#byName.values()) this.#dueMs = Math.min(this.#dueMs, nextDueMs)
    this.#arm()
  }

  changed(queue: LocalQueue): void {
    if (queue.waiting > 0) queue.serve(this.#clock.now())
    this.#journal.end()
    this.#dueMs = Math.min(this.#dueMs, queue.nextDueMs)
    this.#arm()
  }

  /** Ends all waits. */
  close(error: QueueError): void {
    this.#timer?.stop()
    this.#timer = undefined
    for (const queue of this.#byName.values()) queue.close(error)
  }

  /** Sends up to `max` messages of a dead-letter queue back to where they come from. Tells how many. */
  redrive(dead: LocalQueue, max: number): number {
    return this.#deadLetters.redrive(dead, max)
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

  #arm(): void {
    for (const queue of this.#awaited) if (queue.waiting === 0) this.#awaited.delete(queue)
    const atMs = this.#awaited.size > 0 ? this.#dueMs : Number.POSITIVE_INFINITY
    if ((this.#timer?.atMs ?? Number.POSITIVE_INFINITY) === atMs) return
    this.#timer?.stop()
    this.#timer = undefined
    if (atMs === Number.POSITIVE_INFINITY) return
    const stop = startTimer(Math.max(0, Math.ceil(atMs - this.#clock.now())), () => {
      this.#timer = undefined
      this.bringUp()
      this.#arm() // It may have been early.
    })
    this.#timer = { atMs, stop }
  }
}
