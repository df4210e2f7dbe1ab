/** So many buckets to an octave: a quantile is off by a twelfth of itself at most. */
const PER_OCTAVE = 8
/** From a microsecond to three days. */
const BUCKETS = PER_OCTAVE * 38

/** How long calls took: a histogram with buckets that grow. Plain numbers, since memory of its own costs more than a short run does. */
export class Durations {
  /** Up to the last one that was needed. */
  readonly #buckets: number[] = []
  #counted = 0

  /** So many calls took so long. */
  add(ms: number, calls: number): void {
    const octaves = Math.log2(Math.max(1, ms * 1_000))
    const bucket = Math.min(BUCKETS - 1, Math.floor(octaves * PER_OCTAVE))
    while (this.#buckets.length <= bucket) this.#buckets.push(0)
    this.#buckets[bucket] = (this.#buckets[bucket] as number) + calls
    this.#counted += calls
  }

  /** What this share of the calls took at most; 0 if there were none. */
  quantile(share: number): number {
    let left = Math.ceil(this.#counted * share)
    for (let bucket = 0; left > 0 && bucket < this.#buckets.length; bucket++) {
      left -= this.#buckets[bucket] as number
      if (left <= 0) return 2 ** ((bucket + 0.5) / PER_OCTAVE) / 1_000
    }
    return 0
  }
}
