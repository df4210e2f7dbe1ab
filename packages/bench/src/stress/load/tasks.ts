/** Keeps its thread busy for so many milliseconds, and gives its number. */
export function busy(n: number, ms: number): number {
  const end = performance.now() + ms
  while (performance.now() < end);
  return n
}
