import { Heap } from './heap.ts'
import { isMoreUrgent, isTurnBefore } from './order.ts'
import type { Stored } from './stored.ts'

/** What is ready, in the order in which it leaves. */
export interface Ready {
  readonly length: number
  readonly first: Stored | undefined
  add(message: Stored): void
  /** Takes a message out that is in it. */
  remove(message: Stored): void
  /** The first ones, which stay. */
  peek(count: number): Stored[]
  /** The one that was ready first. */
  readonly oldest: Stored | undefined
}

/** The list is closed up when it has so many empty places, and more than others. */
const CUT_OFF = 1_024

/**
 * In the order of their turns. Nearly all come in that order, and leave from the front: they are in a list. Those that come back are in a
 * heap, and in front of the list as their turns are.
 *
 *     returned (heap)            fresh:  gone · gone · first · … · last
 *
 * INVARIANT  the turns in the list rise; one that has left the middle of it stays there as `undefined`, until the list is closed up.
 */
export class InTurn implements Ready {
  readonly #returned = new Heap<Stored>(isTurnBefore)
  #fresh: (Stored | undefined)[] = []
  #front = 0
  #lastTurn = 0
  #length = 0

  get length(): number {
    return this.#length
  }

  get first(): Stored | undefined {
    const fresh = this.#fresh[this.#front]
    const returned = this.#returned.first
    if (fresh === undefined || returned === undefined) return fresh ?? returned
    return isTurnBefore(returned, fresh) ? returned : fresh
  }

  add(message: Stored): void {
    this.#length++
    if (message.turn < this.#lastTurn) {
      this.#returned.add(message)
      return
    }
    this.#lastTurn = message.turn
    message.slot = this.#fresh.length
    this.#fresh.push(message)
  }

  remove(message: Stored): void {
    this.#length--
    if (message.place >= 0) {
      this.#returned.remove(message)
      return
    }
    this.#fresh[message.slot] = undefined
    while (this.#front < this.#fresh.length && this.#fresh[this.#front] === undefined) this.#front++
    if (this.#fresh.length > 2 * this.#length + CUT_OFF) this.#closeUp()
  }

  /** Leaves no place empty. */
  #closeUp(): void {
    this.#fresh = this.#fresh.filter((message) => message !== undefined)
    this.#front = 0
    for (const [slot, message] of this.#fresh.entries()) (message as Stored).slot = slot
  }

  peek(count: number): Stored[] {
    const fresh: Stored[] = []
    for (let place = this.#front; place < this.#fresh.length && fresh.length < count; place++) {
      const message = this.#fresh[place]
      if (message !== undefined) fresh.push(message)
    }
    return [...this.#returned.firsts(count), ...fresh].sort((a, b) => a.turn - b.turn).slice(0, count)
  }

  get oldest(): Stored | undefined {
    return this.first
  }
}

/** The highest priority first, and in the order of their turns within one. */
export class ByPriority implements Ready {
  readonly #heap = new Heap<Stored>(isMoreUrgent)
  /** The one with the first turn, once somebody has asked for it, until it leaves. */
  #oldest: Stored | undefined

  get length(): number {
    return this.#heap.length
  }

  get first(): Stored | undefined {
    return this.#heap.first
  }

  add(message: Stored): void {
    this.#heap.add(message)
    if (this.#oldest !== undefined && isTurnBefore(message, this.#oldest)) this.#oldest = message
  }

  remove(message: Stored): void {
    this.#heap.remove(message)
    if (message === this.#oldest) this.#oldest = undefined
  }

  peek(count: number): Stored[] {
    return this.#heap.firsts(count)
  }

  /** Looks at all, if the last answer has left. */
  get oldest(): Stored | undefined {
    this.#oldest ??= this.#heap.items.reduce<Stored | undefined>(
      (oldest, message) => (oldest === undefined || isTurnBefore(message, oldest) ? message : oldest),
      undefined,
    )
    return this.#oldest
  }
}
