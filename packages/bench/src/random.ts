/** Numbers that a seed decides. After mulberry32, by T. Ettinger. */
export interface Random {
  /** From 0 to below 1. */
  chance(): number
  /** An integer from 0 to below `limit`. */
  below(limit: number): number
  /** One of these. */
  of<T>(choices: readonly T[]): T
}

/** A generator; the same seed gives the same numbers. */
export function random(seed: number): Random {
  let state = seed | 0
  const chance = (): number => {
    state = (state + 0x6d2b79f5) | 0
    let bits = Math.imul(state ^ (state >>> 15), 1 | state)
    bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32
  }
  const below = (limit: number): number => Math.floor(chance() * limit)
  return { chance, below, of: (choices) => choices[below(choices.length)] as (typeof choices)[number] }
}
