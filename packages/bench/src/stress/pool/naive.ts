import { notify, TimeoutError, turn } from '@millrace/notify'
import type { Item } from './items.ts'
import { type Subject, SubmitError } from './subject.ts'

/**
 * What one writes without a pool: an array that is kept sorted, whoever waits looks again whenever something changes.
 *
 * The highest priority stands last; of equal ones the oldest.
 */
export class NaivePool implements Subject {
  readonly #items: Item[] = []
  readonly #capacity: number
  readonly #changed = notify()

  constructor(capacity: number) {
    this.#capacity = capacity
  }

  async submit(item: Item, timeoutMs: number | undefined): Promise<void> {
    if (!(await this.#until(() => this.#items.length < this.#capacity, timeoutMs))) throw new SubmitError('full')
    let [low, high] = [0, this.#items.length]
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((this.#items[middle] as Item).priority < item.priority) low = middle + 1
      else high = middle
    }
    this.#items.splice(low, 0, item)
    this.#changed.notifyAll()
  }

  async submitMany(items: readonly Item[], timeoutMs: number | undefined): Promise<void> {
    for (const [accepted, item] of items.entries()) {
      await this.submit(item, timeoutMs).catch(() => {
        throw new SubmitError('full', accepted)
      })
    }
  }

  async drain(count: number, timeoutMs: number): Promise<Item[]> {
    await this.#until(() => this.#items.length >= count, timeoutMs)
    const drained = this.#items.splice(-count).reverse()
    if (drained.length > 0) this.#changed.notifyAll()
    return drained
  }

  /** Whether it came to be so in time. */
  async #until(isSo: () => boolean, timeoutMs: number | undefined): Promise<boolean> {
    const due = timeoutMs === undefined ? undefined : performance.now() + timeoutMs
    await turn()
    while (!isSo()) {
      const left = due === undefined ? undefined : due - performance.now()
      if (left !== undefined && left <= 0) return false
      try {
        await this.#changed.wait({ timeoutMs: left })
      } catch (error) {
        if (!(error instanceof TimeoutError)) throw error
      }
    }
    return true
  }
}
