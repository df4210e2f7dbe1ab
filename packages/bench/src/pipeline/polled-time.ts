/** Timers that fire when they are due, to a tenth of a millisecond: asked for in each turn of the event loop, while there are any. */
export class PolledTime {
  readonly #timers: { readonly atMs: number; readonly fire: () => void }[] = []
  #isPolling = false

  /** Resolves after so long. */
  after<T>(ms: number, value: T): Promise<T> {
    return new Promise((resolve) => {
      const atMs = performance.now() + ms
      this.#timers.splice(this.#place(atMs), 0, { atMs, fire: () => resolve(value) })
      if (this.#isPolling) return
      this.#isPolling = true
      setImmediate(this.#poll)
    })
  }

  /** Behind all that are due later: the next one is the last. Found by halving, since there are hundreds, and the schedule waits meanwhile. */
  #place(atMs: number): number {
    let low = 0
    let high = this.#timers.length
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.#timers[middle]?.atMs ?? 0) > atMs) low = middle + 1
      else high = middle
    }
    return low
  }

  readonly #poll = (): void => {
    const nowMs = performance.now()
    for (let next = this.#timers.at(-1); next !== undefined && next.atMs <= nowMs; next = this.#timers.at(-1)) {
      this.#timers.pop()
      next.fire()
    }
    this.#isPolling = this.#timers.length > 0
    if (this.#isPolling) setImmediate(this.#poll)
  }
}
