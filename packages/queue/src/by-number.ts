/** Whatever has a number, a whole one from 0, that no other one has. */
export interface Numbered {
  readonly number: number
}

/** So many numbers that follow each other have their places together. */
const PAGE = 32

interface Page<T> {
  readonly places: (T | undefined)[]
  count: number
}

/**
 * Things by their numbers, where most of these follow each other and most things leave in the order in which they came.
 *
 *     pages:  0…31   32…63   96…127          a page is there while something of it is, and the last one that became empty
 *
 * Not just a `Map`: whenever that makes room it leaves its old table behind, and each old table keeps the next one alive with all that stood in it
 * (`OrderedHashTable` of V8). Once one of them has grown old, all that passes through outlives the quick collections. Here the map changes once
 * for 32 things, and its tables know pages, which are empty by then.
 */
export class ByNumber<T extends Numbered> {
  readonly #pages = new Map<number, Page<T>>()
  /** The page that was looked for last, and where. */
  #page: Page<T> | undefined
  #at = -1
  /** The page that became empty last. It stays, since what comes and goes alone would have it made and thrown away each time. */
  #empty: { readonly page: Page<T>; readonly at: number } | undefined
  #size = 0

  get size(): number {
    return this.#size
  }

  get(number: number): T | undefined {
    return this.#pageAt(Math.floor(number / PAGE))?.places[number % PAGE]
  }

  /** Puts in what is not there. */
  add(thing: T): void {
    const { number } = thing
    const at = Math.floor(number / PAGE)
    let page = this.#pageAt(at)
    if (page === undefined) {
      page = { places: new Array<T | undefined>(PAGE).fill(undefined), count: 0 }
      this.#pages.set(at, page)
      this.#page = page
    }
    page.places[number % PAGE] = thing
    page.count++
    this.#size++
  }

  /** Takes out what is there. */
  remove({ number }: T): void {
    const at = Math.floor(number / PAGE)
    const page = this.#pageAt(at) as Page<T>
    page.places[number % PAGE] = undefined
    page.count--
    this.#size--
    if (page.count === 0 && this.#empty?.page !== page) this.#leaveEmpty(page, at)
  }

  #leaveEmpty(page: Page<T>, at: number): void {
    const before = this.#empty
    this.#empty = { page, at }
    if (before !== undefined && before.page.count === 0) this.#pages.delete(before.at)
  }

  /** All of them, page by page. What is added or taken out meanwhile may be among them or not. */
  *[Symbol.iterator](): Generator<T> {
    for (const { places } of this.#pages.values()) {
      for (const thing of places) if (thing !== undefined) yield thing
    }
  }

  #pageAt(at: number): Page<T> | undefined {
    if (at === this.#at) return this.#page
    this.#at = at
    this.#page = this.#pages.get(at)
    return this.#page
  }
}
