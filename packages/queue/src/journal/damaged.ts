/** Of each queue, the messages whose bodies could not be read when that was tried last. */
export class Damaged {
  readonly #messages = new Map<number, Set<number>>()

  /** How many there are in a queue. */
  count(queue: number): number {
    return this.#messages.get(queue)?.size ?? 0
  }

  add(queue: number, message: number): void {
    const messages = this.#messages.get(queue) ?? new Set<number>()
    this.#messages.set(queue, messages.add(message))
  }

  /** It could be read, or is no more. */
  remove(queue: number, message: number): void {
    if (this.#messages.size === 0) return
    const messages = this.#messages.get(queue)
    if (messages?.delete(message) && messages.size === 0) this.#messages.delete(queue)
  }

  /** The queue is no more. */
  drop(queue: number): void {
    this.#messages.delete(queue)
  }
}
