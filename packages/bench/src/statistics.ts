/** The value below which `share` (0 to 1) of the sorted values lie, interpolated between neighbours. */
export function quantile(sorted: ArrayLike<number>, share: number): number {
  if (sorted.length === 0) throw new RangeError('quantile: no values')
  if (!(share >= 0 && share <= 1)) throw new RangeError(`share: expected 0 to 1, got ${share}`)
  const place = (sorted.length - 1) * share
  const below = sorted[Math.floor(place)] ?? Number.NaN
  const above = sorted[Math.ceil(place)] ?? Number.NaN
  return below + (above - below) * (place - Math.floor(place))
}

/** A handful of measurements in four numbers. */
export interface Summary {
  readonly count: number
  readonly median: number
  readonly min: number
  readonly max: number
  /** Half of the values lie this far apart, as a share of the median: what differs by less is the same. */
  readonly spread: number
}

/** Sums up measurements of one thing. */
export function summarize(values: readonly number[]): Summary {
  const sorted = Float64Array.from(values).sort()
  const median = quantile(sorted, 0.5)
  return {
    count: sorted.length,
    median,
    min: quantile(sorted, 0),
    max: quantile(sorted, 1),
    spread: median === 0 ? 0 : (quantile(sorted, 0.75) - quantile(sorted, 0.25)) / median,
  }
}
