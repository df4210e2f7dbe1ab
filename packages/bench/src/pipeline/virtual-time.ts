/** Time that passes only when nothing else can happen: a schedule is measured, and not the machine. */
export class VirtualTime {
  #nowMs = 0
  #sequence = 0
  readonly #timers: Timer[] = []

  /** The time that has passed. */
  get nowMs(): number {
    return this.#nowMs
  }

  /** Resolves after so long. */
  after<T>(ms: number, value: T): Promise<T> {
    return new Promise((resolve) => {
      const timer: Timer = { atMs: this.#nowMs + ms, order: this.#sequence++, fire: () => resolve(value) }
      const place = this.#timers.findLastIndex((other) => isBefore(timer, other))
      // The next one is the last.
      this.#timers.splice(place + 1, 0, timer)
    })
  }

  /** Fires timer after timer until `work` has ended, and answers when that was. */
  async run(work: Promise<unknown>): Promise<number> {
    let isOver = false
    let failure: { readonly error: unknown } | undefined
    work.then(
      () => {
        isOver = true
      },
      (error: unknown) => {
        isOver = true
        failure = { error }
      },
    )
    for (;;) {
      await quiet()
      if (isOver) break
      const next = this.#timers.pop()
      if (next === undefined) throw new Error('nothing is left to happen, and the work has not ended')
      this.#nowMs = next.atMs
      next.fire()
    }
    if (failure !== undefined) throw failure.error
    return this.#nowMs
  }
}

interface Timer {
  readonly atMs: number
  readonly order: number
  readonly fire: () => void
}

function isBefore(a: Timer, b: Timer): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order)
}

/** Resolves when everything that is ready has run, over several turns of the event loop, since some libraries put things off. */
async function quiet(): Promise<void> {
  for (let turns = 0; turns < 4; turns++) await new Promise((resolve) => setImmediate(resolve))
}
