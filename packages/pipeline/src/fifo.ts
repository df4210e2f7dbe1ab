/**
 * A queue that leaves in the order it was filled. Its limit is that of whoever fills it.
 *
 *     taken · taken · next · … · last          the taken part is cut off when it is the larger one
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
    if (this.#next * 2 >= this.#items.length) {
      this.#items = this.#items.slice(this.#next)
      this.#next = 0
    }
    return item
  }
}
