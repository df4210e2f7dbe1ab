/** What was recorded, in the unit of the record. */
export interface HistogramSnapshot {
  /** How many. */
  readonly count: number
  /** All of them together. */
  readonly sum: number
  /** Half are at most this; within an eighth, as the others. 0 if there are none. */
  readonly p50: number
  /** Nine in ten are at most this. */
  readonly p90: number
  /** 99 in a hundred are at most this. */
  readonly p99: number
  /** The longest, exactly. */
  readonly max: number
  /** How many were at most the bound, for each bound: 10 µs, 100 µs and so on up to 100 s, for those who add up several pools. */
  readonly buckets: readonly { readonly atMost: number; readonly count: number }[]
}

/** Buckets for each doubling: values are known within an eighth. */
const PARTS = 8
const PART_BITS = 3
const BUCKETS = PARTS * 32
const BOUNDS = [10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000]

/**
 * Whole numbers from 0 to 2³¹, each in a bucket that grows with it: a record is a shift and an increment.
 *
 * The scale of HdrHistogram with three bits (G. Tene), in 256 words.
 */
export class Histogram {
  readonly #counts = new Float64Array(BUCKETS)
  #count = 0
  #sum = 0
  #max = 0

  /** Records a value; what is below 0 as 0. */
  record(value: number): void {
    const whole = Math.min(Math.max(0, value), 2 ** 31 - 1) | 0
    const index = bucketOf(whole)
    this.#counts[index] = (this.#counts[index] as number) + 1
    this.#count++
    this.#sum += whole
    if (whole > this.#max) this.#max = whole
  }

  /** How it stands now. */
  snapshot(): HistogramSnapshot {
    const buckets = BOUNDS.map((atMost) => ({ atMost, count: this.#countUpTo(atMost) }))
    const [p50, p90, p99] = [this.#quantile(0.5), this.#quantile(0.9), this.#quantile(0.99)]
    return { count: this.#count, sum: this.#sum, p50, p90, p99, max: this.#max, buckets }
  }

  #quantile(share: number): number {
    let left = Math.ceil(this.#count * share)
    if (left === 0) return 0
    for (let i = 0; i < BUCKETS; i++) {
      left -= this.#counts[i] as number
      if (left <= 0) return Math.min(this.#max, mostIn(i))
    }
    return this.#max
  }

  #countUpTo(bound: number): number {
    let count = 0
    for (let i = 0; i < BUCKETS && mostIn(i) <= bound; i++) count += this.#counts[i] as number
    return count
  }
}

function bucketOf(value: number): number {
  if (value < PARTS) return value
  const octave = 31 - Math.clz32(value)
  return ((octave - PART_BITS + 1) << PART_BITS) + ((value >> (octave - PART_BITS)) & (PARTS - 1))
}

/** The largest value of a bucket. */
function mostIn(bucket: number): number {
  if (bucket < PARTS) return bucket
  const octave = (bucket >> PART_BITS) + PART_BITS - 1
  const part = (bucket & (PARTS - 1)) + PARTS
  return (part + 1) * 2 ** (octave - PART_BITS) - 1
}
