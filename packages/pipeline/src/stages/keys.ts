import { Fifo } from '../fifo.ts'
import type { Job } from './call.ts'

/**
 * Which keys are worked on, and who waits for one.
 *
 * INVARIANT  a key is there exactly while a call for it runs or may; behind it wait those that came later, in their order.
 */
export class Keys {
  readonly #waiting = new Map<unknown, Fifo | undefined>()
  readonly #released = new Fifo()

  /** Parks a job whose key is worked on. False if it is not: now it is. */
  parks(job: Job): boolean {
    const { key } = job
    if (!this.#waiting.has(key)) {
      this.#waiting.set(key, undefined)
      return false
    }
    const queue = this.#waiting.get(key) ?? new Fifo()
    queue.push(job)
    this.#waiting.set(key, queue)
    return true
  }

  /** The call for the key is over: the job that waits longest for it may run. */
  release(key: unknown): void {
    const queue = this.#waiting.get(key)
    if (queue?.ready) this.#released.push(queue.take())
    else this.#waiting.delete(key)
  }

  /** Takes the next job that may run. */
  take(): Job | undefined {
    return this.#released.ready ? (this.#released.take() as Job) : undefined
  }
}
