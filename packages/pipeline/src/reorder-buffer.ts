/** Where the result of one item will lie. */
export interface Slot {
  value: unknown
  filled: boolean
  previous: Slot | undefined
  next: Slot | undefined
}

/**
 * The results of a stage, in the order in which they leave: a list in which an ordered item takes its slot when it starts, and an
 * unordered one when it is finished.
 *
 *     first                              last
 *       ▼                                  ▼
 *     filled ─ filled ─ open ─ filled ─ open        ordered: leaves from the first on, up to the first open slot
 *     filled ─ filled ─ filled                      unordered: has no open places
 *
 * INVARIANT  a slot is in the list from open (ordered) or fill (unordered) until take or drop; so a dropped item holds
 *            nothing, and the list is never longer than what runs and waits.
 */
export class ReorderBuffer {
  readonly #ordered: boolean
  #first: Slot | undefined
  #last: Slot | undefined

  constructor(ordered: boolean) {
    this.#ordered = ordered
  }

  /** A slot for an item that starts now. */
  open(): Slot {
    const slot: Slot = { value: undefined, filled: false, previous: undefined, next: undefined }
    if (this.#ordered) this.#append(slot)
    return slot
  }

  /** The result of that item. */
  fill(slot: Slot, value: unknown): void {
    slot.value = value
    slot.filled = true
    if (!this.#ordered) this.#append(slot)
  }

  /** That item has no result. */
  drop(slot: Slot): void {
    if (this.#ordered) this.#remove(slot)
  }

  /** Whether a result may leave. */
  get ready(): boolean {
    return this.#first?.filled === true
  }

  /** The result that leaves next; only when one is ready. */
  peek(): unknown {
    return this.#first?.value
  }

  /** Takes the result that leaves next; only when one is ready. */
  take(): unknown {
    const slot = this.#first
    if (slot === undefined) return undefined
    this.#remove(slot)
    return slot.value
  }

  #append(slot: Slot): void {
    slot.previous = this.#last
    if (this.#last === undefined) this.#first = slot
    else this.#last.next = slot
    this.#last = slot
  }

  #remove(slot: Slot): void {
    if (slot.previous === undefined) this.#first = slot.next
    else slot.previous.next = slot.next
    if (slot.next === undefined) this.#last = slot.previous
    else slot.next.previous = slot.previous
  }
}
