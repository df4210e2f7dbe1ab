import {
  type Arena,
  CAPACITY,
  CLOSED,
  CLOSED_BY_RECEIVERS,
  CLOSING,
  HEAD,
  type ObjectHandle,
  RECEIVERS,
  RESERVED,
  SENDERS,
  STATE,
  TAIL,
  USER,
  waitForWake,
  words,
} from '@millrace/atomics'
import { resolveInTurn } from '@millrace/notify'
import type { ChannelStats, DropReason } from '../api.ts'
import type { Ending, Side } from '../endpoint/core.ts'
import { readReason, writeReason } from './reason.ts'

/** Where it is told how many endpoints of a side there may be at the same time; 0 is any number. */
export const MOST_RECEIVERS: number = USER + 20
/** The same of senders. */
export const MOST_SENDERS: number = USER + 24
/** Where the numbers of dropped values lie. */
const DROPPED: Readonly<Record<DropReason, number>> = { oldest: USER + 8, newest: USER + 12, closed: USER + 16 }
/** Of a side, its number in the kernel and where its limit lies. */
const SIDES: Readonly<Record<Side, { readonly number: 1 | 2; readonly most: number }>> = {
  sender: { number: 1, most: MOST_SENDERS },
  receiver: { number: 2, most: MOST_RECEIVERS },
}
const ONE: Readonly<Record<Side, readonly [senders: number, receivers: number]>> = { sender: [1, 0], receiver: [0, 1] }

/**
 * The words of one shared channel that are not values: its state, counts and end, as this thread sees them.
 *
 * INVARIANT  attached while this thread has an endpoint or a permit there. After that the memory may be another's, so
 *            nothing reads it: the channel looks closed and empty.
 */
export class Place implements Ending {
  readonly arena: Arena
  readonly object: number
  /** The name of the codec. */
  readonly codec: string
  readonly capacity: number
  readonly #endpoints: Record<Side, number> = { sender: 0, receiver: 0 }
  readonly #left: () => void
  #held = 0
  #isGone = false
  #calls = 0
  #isLeaving = false
  #isMaker = false
  #reason: unknown
  #closing: PromiseWithResolvers<void> | undefined

  /** `left` is called when this thread has nothing there any more. */
  constructor(arena: Arena, handle: ObjectHandle & { readonly codec: string }, left: () => void) {
    this.arena = arena
    this.object = handle.object
    this.codec = handle.codec
    this.capacity = words.load(arena, handle.object + CAPACITY)
    this.#left = left
  }

  get length(): number {
    return this.#isGone ? 0 : this.arena.kernel.slotLength(this.object)
  }

  get reserved(): number {
    return this.#isGone ? 0 : this.#word(STATE) & RESERVED
  }

  get free(): number {
    return Math.max(0, this.capacity - this.length - this.reserved)
  }

  get closed(): boolean {
    return this.#isGone || (this.#word(STATE) & CLOSED) !== 0
  }

  get refuses(): boolean {
    return this.#isGone || (this.#word(STATE) & CLOSED_BY_RECEIVERS) !== 0
  }

  /** What receivers get after the last value; `undefined` for the plain end. */
  get error(): unknown {
    return this.#reason ?? (this.#isGone ? undefined : readReason(this.arena, this.object))
  }

  /** How many endpoints of a side all threads have. */
  count(side: Side): number {
    return this.#isGone ? 0 : this.#word(side === 'sender' ? SENDERS : RECEIVERS)
  }

  /** Counts an endpoint of this thread. Throws `TypeError` if the channel is gone, or has all it may have. */
  attach(side: Side): void {
    if (this.#isGone) throw gone()
    const { most, number } = SIDES[side]
    const limit = this.#word(most) || 2 ** 31 - 1
    if (this.arena.kernel.objectAttachOne(this.object, this.arena.participant, number, limit) === 1) {
      this.#endpoints[side]++
      return
    }
    // Who was refused the only thing it came for leaves; whoever made the channel stays until it is closed.
    if (!this.#isMaker) this.#leaveIfDone()
    throw new TypeError(`${side}: this channel has its one ${side} already`)
  }

  /** Counts an endpoint of this thread out; `last` is called if no thread has a receiver any more. */
  detach(side: Side, last: () => void): void {
    this.#endpoints[side]--
    this.arena.kernel.objectDetach(this.object, this.arena.participant, ...ONE[side])
    if (side === 'receiver' && this.count('receiver') === 0) last()
    this.#leaveIfDone()
  }

  /** A call begins in which code of the user may run. Until `exit` the thread stays. */
  enter(): void {
    this.#calls++
  }

  /** The call ends. */
  exit(): void {
    this.#calls--
    if (this.#isLeaving) this.#leaveIfDone()
  }

  /** This thread holds room, or no longer does: a negative count. Whoever holds room has not left. */
  countHeld(count: number): void {
    this.#held += count
    if (count < 0) this.#leaveIfDone()
  }

  /** Closes one side. Only the first close leaves its reason. */
  close(flag: number, reason: unknown): void {
    if (this.#isGone) return
    if (reason !== undefined && !this.closed && writeReason(this.arena, this.object, reason)) this.#reason = reason
    this.arena.kernel.objectClose(this.object, flag)
  }

  whenClosed(): Promise<void> {
    if (this.closed) return resolveInTurn(undefined)
    if (this.#closing !== undefined) return this.#closing.promise
    this.#closing = Promise.withResolvers()
    this.#awaitClose()
    return this.#closing.promise
  }

  countDropped(why: DropReason): void {
    words.add(this.arena, this.object + DROPPED[why], 1)
  }

  /** Counts since the channel was made are of 32 bits and begin again at 2³². */
  stats(): Omit<ChannelStats, 'waitingSenders' | 'waitingReceivers'> {
    const [oldest, newest, closed] = [DROPPED.oldest, DROPPED.newest, DROPPED.closed].map((at) => this.#count(at))
    const { length, reserved, capacity, free } = this
    return {
      length,
      capacity,
      free,
      reserved,
      senders: this.count('sender'),
      receivers: this.count('receiver'),
      sent: this.#count(TAIL),
      received: this.#count(HEAD) - (oldest ?? 0) - (closed ?? 0),
      dropped: (oldest ?? 0) + (newest ?? 0) + (closed ?? 0),
    }
  }

  /** Lets go of a channel that this thread made and has no endpoint of, once it is closed. */
  leaveOnceClosed(): void {
    this.#isMaker = true
    this.whenClosed().then(() => this.#leaveIfDone())
  }

  /** Does not hold the process: who waits for nothing but a close is not owed one. */
  #awaitClose(): void {
    if (this.closed) this.#closing?.resolve()
    else {
      const line = this.object + CLOSING
      waitForWake(this.arena, line, this.arena.kernel.parkBegin(line), () => this.#awaitClose(), false)
    }
  }

  #leaveIfDone(): void {
    const { sender, receiver } = this.#endpoints
    if (this.#isGone || sender + receiver + this.#held > 0) return
    this.#isLeaving = true
    if (this.#calls > 0) return
    if (this.arena.kernel.objectLeave(this.object, this.arena.participant) === 0) return
    this.#isGone = true
    this.#closing?.resolve()
    this.#left()
  }

  #word(offset: number): number {
    return words.load(this.arena, this.object + offset)
  }

  #count(offset: number): number {
    return this.#isGone ? 0 : this.#word(offset) >>> 0
  }
}

/** What attaching to a channel throws that no thread had an endpoint of any more. */
export function gone(): TypeError {
  return new TypeError('handle: the channel is gone: no thread had an endpoint of it any more')
}
