import { beforeBlocking, ENDED, NONE } from '@millrace/atomics'
import type { Value } from '@millrace/ring'
import type { DropReason, Overflow, OverflowOptions, SendOutcome } from '../api.ts'
import { tell } from '../endpoint/report.ts'
import { ClosedError, FullError } from '../errors.ts'
import type { WordArray } from './api.ts'
import type { Place } from './place.ts'
import type { Slots } from './slots.ts'

/**
 * What one thread does with the values of a shared channel, without waiting and without regard to who waits.
 *
 * INVARIANT  room that is held is counted in the memory and at the place, in the same call.
 * INVARIANT  while code of the user runs, a getter, a codec, an `onDrop`, the thread does not leave the channel, whatever
 *            that code disposes.
 * INVARIANT  a value that is late, since the room held for it is not left yet, keeps that room, and nothing of this thread
 *            is pushed before it.
 */
export class Store<T extends Value> {
  readonly overflow: Overflow
  readonly #place: Place
  readonly #slots: Slots<T>
  #onDrop: ((value: T, why: DropReason) => void) | undefined
  #isDrained = false
  #late = 0
  readonly #pushLate = (): boolean => this.pushLate()

  constructor(place: Place, slots: Slots<T>, overflow: Overflow, onDrop: OverflowOptions<T>['onDrop']) {
    this.#place = place
    this.#slots = slots
    this.overflow = overflow
    this.#onDrop = onDrop
  }

  /** Has this thread told of what it drops. Throws `TypeError` if it has another one told already. */
  tellOf(onDrop: (value: T, why: DropReason) => void): void {
    if (this.#onDrop !== undefined && this.#onDrop !== onDrop) {
      throw new TypeError('onDrop: this thread has given another one for this channel')
    }
    this.#onDrop = onDrop
  }

  /** Whether the last look for a value found the end instead. */
  get isDrained(): boolean {
    return this.#isDrained
  }

  /** Whether a value is on its way into room that is held. */
  get isLate(): boolean {
    return this.#late > 0
  }

  push(value: T): SendOutcome {
    if (this.#late > 0 && !this.pushLate()) return 'full'
    this.#place.enter()
    try {
      for (;;) {
        const answer = this.#slots.push(value)
        if (answer > 0) return 'sent'
        if (answer === ENDED) return 'closed'
        if (this.overflow !== 'drop-oldest' || !this.#dropOldest()) return 'full'
      }
    } finally {
      this.#place.exit()
    }
  }

  /** Pushes the values at indexes `from` to below `to` for which there is room; answers how many. */
  pushMany(values: readonly T[], from: number, to: number): number {
    if (this.#late > 0 && !this.pushLate()) return 0
    this.#place.enter()
    try {
      return Math.max(0, this.#slots.pushMany(values, from, to))
    } finally {
      this.#place.exit()
    }
  }

  /** What becomes of a value that found the channel full. Throws `FullError` if that is what the overflow says. */
  overflowing(value: T): 'waits' | 'dropped' {
    if (this.overflow === 'wait') return 'waits'
    if (this.overflow === 'reject') throw new FullError(value)
    this.#place.enter()
    this.#drop(value, 'newest')
    this.#place.exit()
    return 'dropped'
  }

  pop(): T | undefined {
    return this.#found(this.#slots.pop()) ? this.#slots.take() : undefined
  }

  /** Pops the oldest value, if there is one, and lends its bytes. */
  borrow<R>(use: (bytes: Uint8Array) => R): { readonly value: R } | undefined {
    return this.#found(this.#slots.pop()) ? { value: this.#slots.lend(use) } : undefined
  }

  /** Pops at most `max` values onto the end of an array. */
  popMany(max: number, values: T[] = []): T[] {
    const most = values.length + max
    this.#place.enter()
    try {
      while (values.length < most && this.#found(this.#slots.popMany(most - values.length, values))) {}
      return values
    } finally {
      this.#place.exit()
    }
  }

  /** Pops numbers into the elements of an array from an index on; answers how many. */
  popInto(array: WordArray, from = 0): number {
    let end = from
    while (end < array.length) {
      const answer = this.#slots.popInto(array, end)
      if (!this.#found(answer)) break
      end += answer
    }
    return end - from
  }

  /** Holds room for as many values. Throws `TypeError` for slots that cannot. */
  hold(count: number): boolean {
    if (!this.#slots.holdsRoom) throw new TypeError('reserve: a channel of one declared producer holds no room')
    this.#place.enter()
    try {
      while (!this.holdNow(count)) {
        if (this.overflow !== 'drop-oldest' || this.#place.closed || !this.#dropOldest()) return false
      }
      return true
    } finally {
      this.#place.exit()
    }
  }

  /** Holds room for what is put there in the same synchronous call, or by a permit. */
  holdNow(count: number): boolean {
    if (this.#slots.reserve(count) <= 0) return false
    this.#place.countHeld(count)
    return true
  }

  /** Gives room back that was held. */
  release(count: number): void {
    this.#slots.release(count)
    this.#place.countHeld(-count)
  }

  /** Puts a value into room that was held, which is given back if that fails. Throws `ClosedError` if the receivers closed, or what the codec throws. */
  put(value: T): void {
    let answer = ENDED
    this.#place.enter()
    try {
      answer = this.#slots.pushHeld(value)
    } finally {
      this.#putHeld(answer)
      this.#place.exit()
    }
    if (answer === ENDED) throw new ClosedError(value)
    if (answer !== NONE) return
    this.#late++
    beforeBlocking.add(this.#pushLate)
  }

  /** Puts in what is late. Answers whether nothing is any more. */
  pushLate(): boolean {
    while (this.#late > 0) {
      const answer = this.#slots.pushLate()
      if (answer === NONE) return false
      this.#late--
      if (this.#late === 0) beforeBlocking.delete(this.#pushLate)
      this.#putHeld(answer)
    }
    return true
  }

  /** Room that was held is used, or given back if that failed; unless its value is late. */
  #putHeld(answer: number): void {
    if (answer > 0) this.#place.countHeld(-1)
    else if (answer !== NONE) this.release(1)
  }

  /** Drops what is left. */
  dropAll(): void {
    this.#place.enter()
    try {
      while (this.#slots.pop() > 0) this.#dropPopped('closed')
      this.#slots.flush() // After this the memory may be another's.
    } finally {
      this.#place.exit()
    }
  }

  /** Shows the other threads everything that was done. */
  flush(): void {
    this.#slots.flush()
  }

  /** Whether a pop found something. */
  #found(answer: number): boolean {
    if (answer > 0) return true
    this.#isDrained = answer === ENDED
    return false
  }

  /** Whether there was one to drop. */
  #dropOldest(): boolean {
    if (this.#slots.pop() <= 0) return false
    this.#dropPopped('oldest')
    return true
  }

  /** Drops what was popped. It is decoded only to be told of; a codec that throws is reported as an `onDrop` is that does. */
  #dropPopped(why: DropReason): void {
    this.#place.countDropped(why)
    const onDrop = this.#onDrop
    if (onDrop === undefined) this.#slots.lend(() => {})
    else tell(() => onDrop(this.#slots.take(), why))
  }

  #drop(value: T, why: DropReason): void {
    this.#place.countDropped(why)
    tell(this.#onDrop, value, why)
  }
}
