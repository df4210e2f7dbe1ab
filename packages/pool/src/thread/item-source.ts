/** The items of a stream inside its thread. */
type Items = AsyncIterator<unknown> | Iterator<unknown>

/**
 * Makes the items of one stream while its consumer wants them.
 *
 *     next ──▶ give ──▶ next ──▶ give ──▶ (no credit) … took ──▶ next ──▶ done, or enough ──▶ return
 *
 * INVARIANT  items given − items taken <= ahead, so a slow consumer stops the source.
 * INVARIANT  the iterator is returned exactly if it was left before its end.
 */
export class ItemSource {
  readonly #items: Items
  readonly #give: (item: unknown) => boolean
  #credit: number
  #isEnough = false
  #resume: (() => void) | undefined

  /** The iterator of what a task returned; undefined if it gives no items. */
  static of(result: object): Items | undefined {
    const asyncIterator: unknown = Reflect.get(result, Symbol.asyncIterator)
    if (typeof asyncIterator === 'function') return asyncIterator.call(result) as Items
    const iterator: unknown = Reflect.get(result, Symbol.iterator)
    return typeof iterator === 'function' ? (iterator.call(result) as Items) : undefined
  }

  constructor(items: Items, ahead: number, give: (item: unknown) => boolean) {
    this.#items = items
    this.#credit = ahead
    this.#give = give
  }

  /** Gives items until there are no more, or enough. True if all went well, false if one could not be given. */
  async run(): Promise<boolean> {
    for (;;) {
      if (this.#isEnough) return this.#leave(true)
      if (this.#credit === 0) {
        await new Promise<void>((resolve) => {
          this.#resume = resolve
        })
        continue
      }
      const { done, value } = await this.#items.next()
      if (done === true) return true
      this.#credit--
      if (!this.#isEnough && !this.#give(value)) return this.#leave(false)
    }
  }

  /** The consumer took items. */
  took(items: number): void {
    this.#credit += items
    this.#resume?.()
  }

  /** The consumer wants no more. */
  enough(): void {
    this.#isEnough = true
    this.#resume?.()
  }

  async #leave(isWell: boolean): Promise<boolean> {
    await this.#items.return?.()
    return isWell
  }
}

/** What a stream of something else than items rejects with. */
export function noItems(name: string | undefined): TypeError {
  return new TypeError(`task "${name}" returned no items: stream runs generators and what else can be iterated over`)
}
