import type { Fact } from './crash-facts.ts'

/** For so long a dedup key is remembered, in the queue that has some. */
export const DEDUP_MS = 100

interface Known {
  readonly fact: Fact
  readonly untilMs: number
  id: string | undefined
}

/** What senders know of dedup keys: the first message with a key is taken, and others in the next while give its id. */
export class CrashKeys {
  readonly #known = new Map<string, Known>()
  /** Keys of sends that were not answered before a crash: for so long nobody knows. */
  readonly #uncertain = new Map<string, number>()

  /** A message is about to be sent. Gives what is to be told when it is answered. */
  sending(key: string, fact: Fact, nowMs: number): (id: string) => void {
    if ((this.#uncertain.get(key) ?? 0) > nowMs) {
      this.#uncertain.set(key, nowMs + DEDUP_MS) // Perhaps this is the one that is taken.
      return () => {}
    }
    const known = this.#known.get(key)
    if (known === undefined || known.untilMs <= nowMs) {
      const next: Known = { fact, untilMs: nowMs + DEDUP_MS, id: undefined }
      this.#known.set(key, next)
      return (id) => {
        next.id = id
        fact.isSent = true
      }
    }
    fact.isGone = true // It is not taken.
    return (id) => {
      if (known.id !== undefined && id !== known.id) throw new Error(`${key}: expected the id ${known.id}, got ${id}`)
    }
  }

  /** There was a crash, which also what was answered may not have outlived. */
  crashed(mayLose: boolean): void {
    for (const [key, { id, untilMs }] of this.#known) {
      if (id !== undefined && !mayLose) continue
      this.#known.delete(key)
      this.#uncertain.set(key, untilMs)
    }
  }

  /** The keys that have to be known, and the ids that they give. */
  certain(nowMs: number): (readonly [key: string, id: string])[] {
    return [...this.#known].flatMap(([key, { id, untilMs }]) =>
      id !== undefined && untilMs > nowMs ? [[key, id]] : [],
    )
  }
}
