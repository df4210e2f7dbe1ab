/** What a wait list links: three fields that the list owns. */
export interface Place {
  /** The one before, while linked. */
  previous: Place | undefined
  /** The one behind, while linked. */
  next: Place | undefined
  /** The list it stands in, if any. */
  list: { remove(place: Place): void } | undefined
}

/**
 * Those who wait, in the order they began; removal from any place costs the same.
 *
 * The links live in the places, so a list allocates nothing.
 *
 * INVARIANT  place.list === this   exactly while the place is linked here; a place is in one list at most.
 */
export class WaitList<W extends Place> {
  #first: W | undefined
  #last: W | undefined
  #length = 0

  /** How many wait. */
  get length(): number {
    return this.#length
  }

  /** The one that has waited longest. */
  get first(): W | undefined {
    return this.#first
  }

  /** Puts one at the end of the order. */
  add(place: W): void {
    const last = this.#last
    place.list = this
    place.previous = last
    if (last === undefined) this.#first = place
    else last.next = place
    this.#last = place
    this.#length++
  }

  /** Takes out the one that has waited longest. */
  takeFirst(): W | undefined {
    const place = this.#first
    if (place !== undefined) this.remove(place)
    return place
  }

  /** Takes out the one that began last. */
  takeLast(): W | undefined {
    const place = this.#last
    if (place !== undefined) this.remove(place)
    return place
  }

  /** Takes out one of this list. */
  remove(place: W): void {
    const previous = place.previous as W | undefined
    const next = place.next as W | undefined
    if (previous === undefined) this.#first = next
    else previous.next = next
    if (next === undefined) this.#last = previous
    else next.previous = previous
    place.previous = place.next = place.list = undefined
    this.#length--
  }

  /** Takes out those that `belongs` picks, in their order. */
  takeWhere(belongs: (place: W) => boolean): W[] {
    const taken: W[] = []
    for (let place = this.#first; place !== undefined; ) {
      const next = place.next as W | undefined
      if (belongs(place)) {
        this.remove(place)
        taken.push(place)
      }
      place = next
    }
    return taken
  }
}
