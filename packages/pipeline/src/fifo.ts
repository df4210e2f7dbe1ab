/** A taken part shorter than this stays: cutting it off costs more than it holds. */
const CUT_OFF = 32

/**
 * A queue that leaves in the order it was filled. Its limit is that of whoever fills it.
 *
 *     taken · taken · next · … · end          the taken part is cut off when it is long, and the larger one
 *
 * INVARIANT  outside of next … end nothing is held, and the places there are used again once nothing is left.
 */
export class Fifo {
  #items: unknown[] = []
  #next = 0
  #end = 0

  /** Whether something is there. */
  get ready(): boolean {
    return this.#next < this.#end
  }

  /** Adds an item behind all others. */
  push(item: unknown): void {
    this.#items[this.#end++] = item
  }

  /** The item that leaves next; only when one is ready. */
  peek(): unknown {
    return this.#items[this.#next]
  }

  /** Takes the item that leaves next; only when one is ready. */
  take(): unknown {
    const item = this.#items[this.#next]
    this.#items[this.#next++] = undefined
    if (this.#next === this.#end) this.#next = this.#end = 0
    else if (this.#next >= CUT_OFF && this.#next * 2 >= this.#end) this.#cutOff()
    return item
  }

  #cutOff(): void {
    this.#items = this.#items.slice(this.#next, this.#end)
    this.#end -= this.#next
    this.#next = 0
  }
}
