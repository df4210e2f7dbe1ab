/** A dedup key that was met, and which message it came with. */
export interface KnownKey {
  readonly key: string
  readonly number: number
  readonly untilMs: number
  /** The part of the log where it stands; 0 without a log. */
  segment: number
}

/** Which dedup keys were met in the last while, and the numbers of their messages. Memory grows with the keys of that while. */
export class DedupKeys {
  /** In the order in which they are forgotten. */
  readonly #keys = new Map<string, KnownKey>()

  numberOf(key: string, nowMs: number): number | undefined {
    this.#forget(nowMs)
    return this.#keys.get(key)?.number
  }

  add(known: KnownKey): void {
    this.#keys.delete(known.key)
    this.#keys.set(known.key, known)
  }

  /** Those that are known now. */
  known(nowMs: number): Iterable<KnownKey> {
    this.#forget(nowMs)
    return this.#keys.values()
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
