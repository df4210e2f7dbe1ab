/** Sizes from this one on share a counter with those that differ in the last bits: 1/256 of the size at most. */
const EXACT = 256
const LARGEST = 2 ** 50

/** Counts sizes so that quantiles can be told, in memory that does not grow with their number. After HdrHistogram. */
export class Sizes {
  readonly #counts: Float64Array = new Float64Array(indexOf(LARGEST) + 1)
  #total = 0

  add(size: number): void {
    const index = indexOf(Math.min(size, LARGEST))
    this.#counts[index] = (this.#counts[index] ?? 0) + 1
    this.#total++
  }

  /** The smallest size that `share` of all are not larger than, or up to 0.4 % less; 0 if there are none. */
  quantile(share: number): number {
    if (this.#total === 0) return 0
    const rank = Math.max(1, Math.ceil(share * this.#total))
    let below = 0
    const index = this.#counts.findIndex((count) => {
      below += count
      return below >= rank
    })
    return sizeOf(index)
  }
}

function indexOf(size: number): number {
  if (size < EXACT) return size
  const shift = (size < 2 ** 32 ? 31 - Math.clz32(size) : Math.floor(Math.log2(size))) - 8
  return shift * EXACT + Math.floor(size / 2 ** shift)
}

/** The smallest size of an index. */
function sizeOf(index: number): number {
  if (index < 2 * EXACT) return index
  const shift = Math.floor(index / EXACT) - 1
  return (index - shift * EXACT) * 2 ** shift
}
