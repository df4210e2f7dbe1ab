/** Where the result of one item will lie. */
export interface Place {
  value: unknown
  filled: boolean
  previous: Place | undefined
  next: Place | undefined
}

/**
 * The results of a stage, in the order in which they leave: a list in which an ordered item takes its place when it starts, and an
 * unordered one when it is finished.
 *
 *     first                              last
 *       ▼                                  ▼
 *     filled ─ filled ─ open ─ filled ─ open        ordered: leaves from the first on, up to the first open place
 *     filled ─ filled ─ filled                      unordered: has no open places
 *
 * INVARIANT  a place is in the list from open (ordered) or fill (unordered) until take or drop; so a dropped item holds
 *            nothing, and the list is never longer than what runs and waits.
 */
export class ReorderBuffer {
  readonly #ordered: boolean
  #first: Place | undefined
  #last: Place | undefined

  constructor(ordered: boolean) {
    this.#ordered = ordered
  }

  /** A place for an item that starts now. */
  open(): Place {
    const place: Place = { value: undefined, filled: false, previous: undefined, next: undefined }
    if (this.#ordered) this.#append(place)
    return place
  }

  /** The result of that item. */
  fill(place: Place, value: unknown): void {
    place.value = value
    place.filled = true
    if (!this.#ordered) this.#append(place)
  }

  /** A result that was nobody's to wait for; only where unordered. */
  push(value: unknown): void {
    this.fill(this.open(), value)
  }

  /** That item has no result. */
  drop(place: Place): void {
    if (this.#ordered) this.#remove(place)
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
    const place = this.#first
    if (place === undefined) return undefined
    this.#remove(place)
    return place.value
  }

  #append(place: Place): void {
    place.previous = this.#last
    if (this.#last === undefined) this.#first = place
    else this.#last.next = place
    this.#last = place
  }

  #remove(place: Place): void {
    if (place.previous === undefined) this.#first = place.next
    else place.previous.next = place.next
    if (place.next === undefined) this.#last = place.previous
    else place.next.previous = place.previous
  }
}
