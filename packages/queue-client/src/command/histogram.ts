/** Buckets in each doubling: a figure is at most 1/32 too high. */
const STEPS = 32
const DOUBLINGS = 40

/**
 * How often times were how long. Takes as much memory for one as for a billion.
 *
 *     bucket   0 … 31 are single microseconds; then each doubling has 32 buckets of the same width
 */
export class Histogram {
  readonly #buckets = new Float64Array(STEPS * (DOUBLINGS + 1))
  #count = 0
  #maxMs = 0

  get count(): number {
    return this.#count
  }

  get maxMs(): number {
    return this.#maxMs
  }

  add(ms: number): void {
    this.#count++
    if (ms > this.#maxMs) this.#maxMs = ms
    const bucket = bucketOf(Math.max(0, Math.floor(ms * 1000)))
    this.#buckets[bucket] = (this.#buckets[bucket] ?? 0) + 1
  }

  /** At most so long took the share `q`, in milliseconds; 0 if there is nothing. */
  quantile(q: number): number {
    let left = Math.ceil(q * this.#count)
    if (left === 0) return 0
    for (const [bucket, count] of this.#buckets.entries()) {
      left -= count
      if (left <= 0) return Math.min(this.#maxMs, endOf(bucket) / 1000)
    }
    return this.#maxMs
  }
}

function bucketOf(us: number): number {
  if (us < STEPS) return us
  const doubling = Math.min(DOUBLINGS - 1, Math.floor(Math.log2(us)) - 5)
  return STEPS + doubling * STEPS + Math.min(STEPS - 1, Math.floor(us / 2 ** doubling) - STEPS)
}

/** The first microsecond after a bucket. */
function endOf(bucket: number): number {
  if (bucket < STEPS) return bucket + 1
  const doubling = Math.floor(bucket / STEPS) - 1
  return ((bucket % STEPS) + STEPS + 1) * 2 ** doubling
}
