import type { NewMessage, Stored } from '../state/stored.ts'
import type { Journal } from './journal.ts'
import type { LocalQueue } from './local-queue.ts'
import type { Clock, LocalQueues } from './local-queues.ts'
import { inSlices } from './slices.ts'

/**
 * Moves messages that were delivered too often to the dead-letter queue of their queue, and back.
 *
 * INVARIANT  a message is taken out of one queue and into another in one step, and only if its body can be read; else it stays where it is.
 */
export class DeadLetters {
  readonly #clock: Clock
  readonly #queues: LocalQueues
  readonly #journal: Journal

  constructor(clock: Clock, queues: LocalQueues, journal: Journal) {
    this.#clock = clock
    this.#queues = queues
    this.#journal = journal
  }

  /** What puts a message into the dead-letter queue of its queue, which is never too full for it; undefined if it has to stay. */
  entry(queue: LocalQueue, message: Stored): (() => void) | undefined {
    const { deadLetterQueue } = queue.options
    // It cannot be deleted while it is one.
    const dead = deadLetterQueue === undefined ? undefined : this.#queues.find(deadLetterQueue)
    const plain = this.#plain(message)
    if (dead === undefined || plain === undefined) return undefined
    const from = { queue: queue.name, id: String(message.number), from: message.from }
    return () => {
      dead.state.add({ ...plain, ttlMs: dead.options.ttlMs as number, from }, this.#clock.now())
      this.#queues.changed(dead)
    }
  }

  /** Sends up to `max` messages back to where they come from, where there is room. Tells how many. `isThere` throws if nothing can be changed any more. */
  redrive(dead: LocalQueue, max: number | undefined, isThere: () => boolean): Promise<number> {
    const { ready } = dead.state
    const wanted = Math.min(ready, max ?? ready)
    let messages = dead.state.peek(wanted)
    let areAll = wanted === ready
    let at = 0
    return inSlices(wanted, (most) => {
      if (!isThere()) return { done: 0, isOver: true }
      if (at === messages.length && !areAll) {
        messages = dead.state.peek(ready) // Some of the first had to stay.
        areAll = true
        at = 0
      }
      const slice = messages.slice(at, at + most)
      at += slice.length
      const isOver = at === messages.length && areAll
      return { done: this.#sendBack(dead, slice), isOver }
    })
  }

  /** Sends messages back to where they come from, those that are ready still and have room there. Tells how many. */
  #sendBack(dead: LocalQueue, messages: readonly Stored[]): number {
    const nowMs = this.#clock.now()
    let count = 0
    for (const message of messages) {
      const home = message.from && this.#queues.find(message.from.queue)
      const isReady = message.state === 'ready' && dead.state.has(message)
      if (home === undefined || !isReady || !home.state.hasRoom(1, message.bytes)) continue
      const plain = this.#plain(message)
      if (plain === undefined) continue
      dead.state.remove(message)
      home.state.add({ ...plain, ttlMs: home.options.ttlMs as number, from: message.from?.from }, nowMs)
      this.#queues.changed(home)
      count++
    }
    this.#queues.changed(dead)
    return count
  }

  /** A message as it is taken in anew; undefined if its body cannot be read. */
  #plain(message: Stored): Omit<NewMessage, 'from' | 'ttlMs'> | undefined {
    const { body, start, length, headers, bytes, priority } = message
    try {
      const placed = body === undefined ? { body: this.#journal.bodyOf(message), start: 0 } : { body, start }
      return { ...placed, length, headers, bytes, priority, delayMs: 0, dedupKey: undefined }
    } catch {
      return undefined
    }
  }
}
