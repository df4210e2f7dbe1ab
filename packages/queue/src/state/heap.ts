/** What is in a heap knows where. */
export interface Placed {
  /** Its place in the heap; −1 outside. */
  place: number
}

interface Place extends Placed {
  readonly at: number
}

/** A binary heap from which anything can be taken: the first, by `isBefore`, at once; the others at the cost of their depth. */
export class Heap<T extends Placed> {
  readonly #items: T[] = []
  readonly #isBefore: (a: T, b: T) => boolean

  constructor(isBefore: (a: T, b: T) => boolean) {
    this.#isBefore = isBefore
  }

  get length(): number {
    return this.#items.length
  }

  get first(): T | undefined {
    return this.#items[0]
  }

  /** In no order. */
  get items(): readonly T[] {
    return this.#items
  }

  /** The first ones, in their order; they stay. Looks at no more than three times as many. */
  firsts(count: number): T[] {
    const firsts: T[] = []
    const isBefore = (a: Place, b: Place): boolean => this.#isBefore(this.#items[a.at] as T, this.#items[b.at] as T)
    const next = new Heap<Place>(isBefore)
    const consider = (at: number): void => {
      if (at < this.#items.length) next.add({ at, place: -1 })
    }
    consider(0)
    for (let { first } = next; first !== undefined && firsts.length < count; { first } = next) {
      next.remove(first)
      firsts.push(this.#items[first.at] as T)
      consider(2 * first.at + 1)
      consider(2 * first.at + 2)
    }
    return firsts
  }

  add(item: T): void {
    this.#rise(item, this.#items.length)
  }

  /** Takes an item out that is in it. */
  remove(item: T): void {
    const { place } = item
    item.place = -1
    const last = this.#items.pop() as T
    if (last === item) return
    if (place > 0 && this.#isBefore(last, this.#items[(place - 1) >> 1] as T)) this.#rise(last, place)
    else this.#sink(last, place)
  }

  #rise(item: T, from: number): void {
    let place = from
    while (place > 0) {
      const above = (place - 1) >> 1
      const parent = this.#items[above] as T
      if (!this.#isBefore(item, parent)) break
      this.#put(parent, place)
      place = above
    }
    this.#put(item, place)
  }

  #sink(item: T, from: number): void {
    const { length } = this.#items
    let place = from
    for (;;) {
      let below = 2 * place + 1
      if (below >= length) break
      if (below + 1 < length && this.#isBefore(this.#items[below + 1] as T, this.#items[below] as T)) below++
      const child = this.#items[below] as T
      if (!this.#isBefore(child, item)) break
      this.#put(child, place)
      place = below
    }
    this.#put(item, place)
  }

  #put(item: T, place: number): void {
    this.#items[place] = item
    item.place = place
  }
}
