/** A dedup key that was met, and which message it came with. */
export interface KnownKey {
  readonly key: string
  readonly number: number
  readonly untilMs: number
  /** The part of the log where it stands; 0 without a log. */
  segment: number
}

/** Roughly what it takes to remember a key, beside its bytes. */
const OVERHEAD_BYTES = 128

/** Keys that are to be remembered, too. */
export interface NewKeys {
  readonly count: number
  readonly bytes: number
}

/** None. */
export const NO_KEYS: NewKeys = { count: 0, bytes: 0 }

/** Bytes that it takes to remember a key. */
export function bytesOfKey(key: string): number {
  return Buffer.byteLength(key) + OVERHEAD_BYTES
}

/** Which dedup keys were met in the last while, and the numbers of their messages. */
export class DedupKeys {
  /** In the order in which they are forgotten. */
  readonly #keys = new Map<string, KnownKey>()
  #bytes = 0

  numberOf(key: string, nowMs: number): number | undefined {
    this.#forget(nowMs)
    return this.#keys.get(key)?.number
  }

  add(known: KnownKey): void {
    if (!this.#keys.delete(known.key)) this.#bytes += bytesOfKey(known.key)
    this.#keys.set(known.key, known)
  }

  /** Whether they can be remembered in so many bytes, with those that are. One that is alone can. */
  hasRoom({ count, bytes }: NewKeys, capacityBytes: number): boolean {
    return this.#bytes + bytes <= capacityBytes || count === 0 || (count === 1 && this.#keys.size === 0)
  }

  /** Those that are known now. */
  known(nowMs: number): Iterable<KnownKey> & { readonly size: number } {
    this.#forget(nowMs)
    return { size: this.#keys.size, [Symbol.iterator]: () => this.#keys.values() }
  }

  /** When the next key is forgotten; never if there is none. */
  get nextMs(): number {
    return this.#keys.values().next().value?.untilMs ?? Number.POSITIVE_INFINITY
  }

  #forget(nowMs: number): void {
    for (const [key, { untilMs }] of this.#keys) {
      if (untilMs > nowMs) return
      this.#keys.delete(key)
      this.#bytes -= bytesOfKey(key)
    }
  }
}
