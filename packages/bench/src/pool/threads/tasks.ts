/** What the thread pools run; every pool's worker calls these. */

/** A record as rows of a database are. */
export interface Item {
  readonly id: number
  readonly name: string
  readonly n: number
}

/** Takes a number and gives one. */
export function increment(n: number): number {
  return n + 1
}

/** Takes a record and gives one. */
export function touch(item: Item): Item {
  return { ...item, n: item.n + 1 }
}

/** Takes bytes and gives them back. */
export function echo(bytes: Uint8Array): Uint8Array {
  return bytes
}

/** Keeps its thread busy for so many milliseconds. */
export function work(ms: number): number {
  const end = performance.now() + ms
  while (performance.now() < end);
  return ms
}

/** Gives its thread a turn of the event loop, and gives what it takes. */
export function turn(n: number): Promise<number> {
  return new Promise((resolve) => setImmediate(resolve, n))
}

/** Adds up a thousand numbers, as 32 bits. */
export function add(n: number): number {
  let sum = n
  for (let i = 0; i < 1_000; i++) sum = (sum + i) | 0
  return sum
}
