/** What the soak runs on threads, well and badly. */

/** Gives what it takes. */
export function echo(n: number): number {
  return n
}

/** Throws what it takes. */
export function fail(n: number): never {
  throw Object.assign(new RangeError('asked to'), { n })
}

/** Ends its thread. */
export function exit(code: number): never {
  process.exit(code)
}

/** Never ends. */
export function spin(): never {
  for (;;);
}

/** Takes all the memory its thread may have. */
export function hog(): never {
  const hoard: unknown[] = []
  for (;;) hoard.push(new Array(10_000).fill({}))
}
