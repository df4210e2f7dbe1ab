import type { RefusalCode } from './refusal.ts'

/** How requests ended, to be read by monitoring. */
export class Tallies {
  readonly #requests = new Map<string, Map<string, number>>()

  /** Counts a request. `gone`: its client left before the answer. */
  count(route: string, outcome: RefusalCode | 'ok' | 'gone'): void {
    const outcomes = this.#requests.get(route) ?? new Map<string, number>()
    this.#requests.set(route, outcomes)
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1)
  }

  /** All counts. */
  *[Symbol.iterator](): Generator<{ route: string; outcome: string; count: number }> {
    for (const [route, outcomes] of this.#requests)
      for (const [outcome, count] of outcomes) yield { route, outcome, count }
  }
}
