import type { PeekedMessage, QueueEngine, QueueStats } from '@millrace/queue'

/** What is new since the look before. */
export interface News {
  readonly messages: readonly PeekedMessage[]
  /** So many more were sent that were not seen: they were received in between, or are behind those that are looked at. */
  readonly unseen: number
}

/**
 * Looks at a queue again and again, and tells what is new.
 *
 * INVARIANT  what is known is what was there at the last look, so it is bounded by how many are looked at. A message that is delivered again is
 *            new: it is known by its id and the number of its deliveries.
 */
export class Watch {
  readonly #engine: QueueEngine
  readonly #name: string
  readonly #last: number
  readonly #look: number
  #known = new Set<string>()
  #first: QueueStats | undefined
  #before: QueueStats | undefined
  #seen = 0
  #told = 0

  /** At the first look the `last` of those that are there are new; each is at the `look` that would be received next. */
  constructor(engine: QueueEngine, name: string, { last, look }: { readonly last: number; readonly look: number }) {
    this.#engine = engine
    this.#name = name
    this.#last = last
    this.#look = look
  }

  async next(): Promise<News> {
    const first = this.#first
    if (first === undefined) return { messages: await this.#begin(), unseen: 0 }
    const stats = await this.#engine.stats(this.#name)
    if (isSame(this.#before ?? first, stats)) return { messages: [], unseen: 0 }
    this.#before = stats
    const messages = await this.#fresh()
    this.#seen += messages.filter(({ deliveries }) => deliveries === 0).length
    // Those that are delayed will be seen when they are ready.
    const missed = stats.sent - first.sent - (stats.delayed - first.delayed) - this.#seen
    const unseen = Math.max(0, missed - this.#told)
    this.#told += unseen
    return { messages, unseen }
  }

  async #begin(): Promise<PeekedMessage[]> {
    const messages = await this.#fresh()
    this.#first = await this.#engine.stats(this.#name)
    return this.#last === 0 ? [] : messages.slice(-this.#last)
  }

  async #fresh(): Promise<PeekedMessage[]> {
    const there = await this.#engine.peek(this.#name, { max: this.#look })
    const messages = there.filter((message) => !this.#known.has(keyOf(message)))
    this.#known = new Set(there.map(keyOf))
    return messages
  }
}

/** Nothing was done that changes what is ready. */
function isSame(a: QueueStats, b: QueueStats): boolean {
  return (['ready', 'delayed', 'inFlight', 'sent', 'delivered', 'returned'] as const).every(
    (name) => a[name] === b[name],
  )
}

function keyOf({ id, deliveries }: PeekedMessage): string {
  return `${id} ${deliveries}`
}
