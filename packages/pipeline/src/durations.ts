/** So many buckets to an octave: a quantile is off by a twelfth of itself at most. */
const PER_OCTAVE = 8
/** From a microsecond to three days. */
const BUCKETS = PER_OCTAVE * 38
/** All of the first calls are counted, and then one of so many. */
const ALL_OF = 128
const ONE_OF = 8

/** How long calls took: a histogram with buckets that grow, of a sample. */
export class Durations {
  readonly #buckets = new Uint32Array(BUCKETS)
  #seen = 0
  #counted = 0

  /** A call took so long. */
  add(ms: number): void {
    if (++this.#seen > ALL_OF && this.#seen % ONE_OF !== 0) return
    const octaves = Math.log2(Math.max(1, ms * 1_000))
    const bucket = Math.min(BUCKETS - 1, Math.floor(octaves * PER_OCTAVE))
    this.#buckets[bucket] = (this.#buckets[bucket] as number) + 1
    this.#counted++
  }

  /** What this share of the calls took at most; 0 if there were none. */
  quantile(share: number): number {
    let left = Math.ceil(this.#counted * share)
    for (let bucket = 0; left > 0 && bucket < BUCKETS; bucket++) {
      left -= this.#buckets[bucket] as number
      if (left <= 0) return 2 ** ((bucket + 0.5) / PER_OCTAVE) / 1_000
    }
    return 0
  }
}
