import { Fifo } from './fifo.ts'

/** Where the result of one item will lie. */
export interface Slot<S extends Slot<S>> {
  value: unknown
  filled: boolean
  previous: S | undefined
  next: S | undefined
}

/**
 * The results of a stage, in the order in which they leave.
 *
 *     ready:  result · result          slots:  first open ─ filled ─ open ─ filled          ordered
 *     ready:  result · result · …      no slots                                             unordered
 *
 * An ordered result waits in its slot until none before it is open. Slots are used again.
 *
 * INVARIANT  the first slot is open; so what may leave is in `ready`, and what is not wanted any more holds nothing.
 */
export class ReorderBuffer<S extends Slot<S>> {
  readonly #ordered: boolean
  readonly #make: () => S
  readonly #ready = new Fifo()
  #unused: S | undefined
  #first: S | undefined
  #last: S | undefined

  /** `make` makes a slot that is not filled, and not linked. */
  constructor(ordered: boolean, make: () => S) {
    this.#ordered = ordered
    this.#make = make
  }

  /** A slot for an item that starts now: behind all others. It is to be filled or dropped, once, and not touched afterwards. */
  open(): S {
    const slot = this.#unused ?? this.#make()
    this.#unused = slot.next
    slot.next = undefined
    if (this.#ordered) this.#append(slot)
    return slot
  }

  /** The result of that item. */
  fill(slot: S, value: unknown): void {
    if (!this.#ordered) {
      this.#ready.push(value)
      this.#forget(slot)
      return
    }
    slot.value = value
    slot.filled = true
    if (slot === this.#first) this.#advance()
  }

  /** That item has no result. */
  drop(slot: S): void {
    if (this.#ordered) {
      const wasFirst = slot === this.#first
      this.#remove(slot)
      if (wasFirst) this.#advance()
    }
    this.#forget(slot)
  }

  /** The result of an item that starts now and is finished: as `fill` of a slot that was just opened. */
  push(value: unknown): void {
    if (this.#first === undefined) this.#ready.push(value)
    else this.fill(this.open(), value)
  }

  /** Whether a result that is pushed would leave next. */
  get isEmpty(): boolean {
    return this.#first === undefined && !this.#ready.ready
  }

  /** Whether a result may leave. */
  get ready(): boolean {
    return this.#ready.ready
  }

  /** The result that leaves next; only when one is ready. */
  peek(): unknown {
    return this.#ready.peek()
  }

  /** Takes the result that leaves next; only when one is ready. */
  take(): unknown {
    return this.#ready.take()
  }

  /** Lets go what the first open slot has kept. */
  #advance(): void {
    for (let slot = this.#first; slot?.filled; slot = this.#first) {
      this.#ready.push(slot.value)
      this.#remove(slot)
      this.#forget(slot)
    }
  }

  #append(slot: S): void {
    slot.previous = this.#last
    if (this.#last === undefined) this.#first = slot
    else this.#last.next = slot
    this.#last = slot
  }

  #remove(slot: S): void {
    if (slot.previous === undefined) this.#first = slot.next
    else slot.previous.next = slot.next
    if (slot.next === undefined) this.#last = slot.previous
    else slot.next.previous = slot.previous
  }

  #forget(slot: S): void {
    slot.value = undefined
    slot.filled = false
    slot.previous = undefined
    slot.next = this.#unused
    this.#unused = slot
  }
}
