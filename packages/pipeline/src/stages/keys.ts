import { Fifo } from '../fifo.ts'
import type { Job } from './call.ts'

/**
 * Which keys are worked on, and who waits for one.
 *
 * INVARIANT  a key is there exactly while a call for it runs; behind it wait those that came later, in their order.
 */
export class Keys {
  readonly #waiting = new Map<unknown, Fifo | undefined>()

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

  /** The call for the key is over: the job that is next. */
  next(key: unknown): Job | undefined {
    const queue = this.#waiting.get(key)
    if (queue?.ready) return queue.take() as Job
    this.#waiting.delete(key)
    return undefined
  }
}
