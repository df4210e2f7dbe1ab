/** Timers that fire when they are due, to a tenth of a millisecond: asked for in each turn of the event loop, while there are any. */
export class PolledTime {
  readonly #timers: { readonly atMs: number; readonly fire: () => void }[] = []
  #isPolling = false

  /** Resolves after so long. */
  after<T>(ms: number, value: T): Promise<T> {
    return new Promise((resolve) => {
      const atMs = performance.now() + ms
      const place = this.#timers.findLastIndex((other) => other.atMs > atMs)
      // The next one is the last.
      this.#timers.splice(place + 1, 0, { atMs, fire: () => resolve(value) })
      if (this.#isPolling) return
      this.#isPolling = true
      setImmediate(this.#poll)
    })
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
