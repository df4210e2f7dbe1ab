import { randomFrom } from '../../../tooling/testing/random.ts'

/** Numbers that look random and are the same for the same seed. */
export class Random {
  /** From 0 up to 1, without it. */
  readonly next: () => number

  constructor(seed: number) {
    this.next = randomFrom(seed)
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
