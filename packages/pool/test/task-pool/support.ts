export { rejection, turn } from '../../../../tooling/testing/waiting.ts'

/** A promise that is settled from outside, and how many wait for it. */
export class Gate {
  #open!: () => void
  readonly opened: Promise<void> = new Promise((resolve) => {
    this.#open = resolve
  })

  open(): void {
    this.#open()
  }
}

/** How many run at a time, and did at most. */
export class Meter {
  now = 0
  most = 0

  async run<R>(body: () => Promise<R> | R): Promise<R> {
    this.most = Math.max(this.most, ++this.now)
    try {
      return await body()
    } finally {
      this.now--
    }
  }
}

/** Ends with the signal, and says so. */
export function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason))
    if (signal.aborted) reject(signal.reason)
  })
}

/** A timer that rings later. */
export function later<T>(ms: number, value: T): Promise<T> {
  return new Promise((resolve) => setTimeout(() => resolve(value), ms))
}
