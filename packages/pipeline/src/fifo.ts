/** A taken part shorter than this stays: cutting it off costs more than it holds. */
const CUT_OFF = 32

/**
 * A queue that leaves in the order it was filled. Its limit is that of whoever fills it.
 *
 *     taken · taken · next · … · last          the taken part is cut off when it is long, and the larger one
 */
export class Fifo {
  #items: unknown[] = []
  #next = 0

  /** Whether something is there. */
  get ready(): boolean {
    return this.#next < this.#items.length
  }

  /** Adds an item behind all others. */
  push(item: unknown): void {
    this.#items.push(item)
  }

  /** The item that leaves next; only when one is ready. */
  peek(): unknown {
    return this.#items[this.#next]
  }

  /** Takes the item that leaves next; only when one is ready. */
  take(): unknown {
    const item = this.#items[this.#next]
    this.#items[this.#next++] = undefined
    if (this.#next === this.#items.length) {
      this.#items.length = 0
      this.#next = 0
    } else if (this.#next >= CUT_OFF && this.#next * 2 >= this.#items.length) {
      this.#items = this.#items.slice(this.#next)
      this.#next = 0
    }
    return item
  }
}
