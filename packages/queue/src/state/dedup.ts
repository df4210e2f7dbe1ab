/** Which dedup keys were met in the last while, and the ids of their messages. Memory grows with the keys of that while. */
export class DedupKeys {
  readonly #ms: number
  /** In the order in which they are forgotten. */
  readonly #keys = new Map<string, { readonly id: string; readonly untilMs: number }>()

  constructor(ms: number) {
    this.#ms = ms
  }

  idOf(key: string, nowMs: number): string | undefined {
    this.#forget(nowMs)
    return this.#keys.get(key)?.id
  }

  add(key: string, id: string, nowMs: number): void {
    this.#keys.set(key, { id, untilMs: nowMs + this.#ms })
  }

  /** When the next key is forgotten; never if there is none. */
  get nextMs(): number {
    return this.#keys.values().next().value?.untilMs ?? Number.POSITIVE_INFINITY
  }

  #forget(nowMs: number): void {
    for (const [key, { untilMs }] of this.#keys) {
      if (untilMs > nowMs) return
      this.#keys.delete(key)
    }
  }
}
