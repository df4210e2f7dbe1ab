/** Numbers that look random and are the same for the same seed. */
export class Random {
  #state: number

  constructor(seed: number) {
    this.#state = seed | 0
  }

  /** From 0 up to 1, without it. After T. Ettinger's mulberry32. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }

  chance(probability: number): boolean {
    return this.next() < probability
  }

  /** A whole number, both ends included. */
  between(least: number, most: number): number {
    return least + Math.floor(this.next() * (most - least + 1))
  }

  pick<T>(all: readonly T[]): T {
    return all[this.between(0, all.length - 1)] as T
  }
}

/** The rounds of a seeded test: more by an environment variable, `NAME=5000`; from another seed on by `SEED=…`. */
export function seeds(name: string, usually: number): number[] {
  const first = Number(process.env['SEED'] ?? 1)
  return Array.from({ length: Number(process.env[name] ?? usually) }, (_, round) => first + round)
}
