/** Why a contender has no figures: it did not answer in time, did not deliver every value, or threw. */
export interface Failure {
  readonly kind: 'hung' | 'lost' | 'failed'
  readonly message: string
}

/** How one measurement ended. */
export type Outcome<T> = { readonly value: T } | { readonly failure: Failure }

/** All measurements of one contender. One failure ends its part in the run, and says so in place of figures. */
export interface Run<T> {
  readonly values: T[]
  failure?: Failure
}

/** Told after each measurement: in which section, of whom, in which round (the first is 0). */
export type OnMeasured = (section: string, contender: string, round: number) => void

/** How many rounds, and who is told when something was measured. */
export interface RoundsOptions {
  readonly rounds: number
  readonly onMeasured?: ((contender: string, round: number) => void) | undefined
}

/**
 * Measures every contender once a round, one after the other.
 *
 * What the machine does besides comes and goes, so it hits everybody; and each round begins with another contender, so
 * that nobody is always the first or the last.
 *
 *     round 1   a b c
 *     round 2   b c a
 *     round 3   c a b
 */
export async function interleave<T>(
  names: readonly string[],
  measure: (name: string) => Promise<Outcome<T>>,
  { rounds, onMeasured }: RoundsOptions,
): Promise<Map<string, Run<T>>> {
  const runs = new Map<string, Run<T>>(names.map((name) => [name, { values: [] }]))
  for (let round = 0; round < rounds; round++) {
    for (let place = 0; place < names.length; place++) {
      const name = names[(place + round) % names.length] ?? ''
      const run = runs.get(name)
      if (run === undefined || run.failure !== undefined) continue
      const outcome = await measure(name)
      if ('value' in outcome) run.values.push(outcome.value)
      else run.failure = outcome.failure
      onMeasured?.(name, round)
    }
  }
  return runs
}
