import type { Plan } from './plan.ts'
import type { Outcome } from './round.ts'

const SUMS = [
  'confirmed',
  'received',
  'missing',
  'inHand',
  'left',
  'inDoubt',
  'twice',
  'overtaken',
  'torn',
  'unsent',
] as const

/** What all rounds came to. */
export interface Report extends Readonly<Record<(typeof SUMS)[number], number>> {
  readonly node: string
  readonly execution: string
  readonly seed: number
  readonly seconds: number
  readonly rounds: number
  readonly kills: number
  /** Kills by what the thread was about to do last. */
  readonly killsBy: Readonly<Record<string, number>>
  /** What the arena grew to over all rounds. */
  readonly memoryBytes: number
  readonly wedged: number
  /** Rounds that broke a promise. */
  readonly faults: number
  /** The seeds of those rounds. */
  readonly faultySeeds: readonly number[]
}

/** Adds rounds up. */
export class Tally {
  readonly #seed: number
  readonly #execution: string
  readonly #startedAt = performance.now()
  readonly #sums = new Map<(typeof SUMS)[number], number>()
  readonly #killsBy: Record<string, number> = {}
  readonly #faultySeeds: number[] = []
  #rounds = 0
  #wedged = 0

  constructor(seed: number, execution: string) {
    this.#seed = seed
    this.#execution = execution
  }

  get rounds(): number {
    return this.#rounds
  }

  get seconds(): number {
    return (performance.now() - this.#startedAt) / 1000
  }

  get kills(): number {
    return Object.values(this.#killsBy).reduce((sum, kills) => sum + kills, 0)
  }

  get faults(): number {
    return this.#faultySeeds.length
  }

  add({ seed }: Plan, outcome: Outcome): void {
    this.#rounds++
    for (const name of SUMS) this.#sums.set(name, (this.#sums.get(name) ?? 0) + outcome[name])
    for (const [doing, kills] of Object.entries(outcome.kills))
      this.#killsBy[doing] = (this.#killsBy[doing] ?? 0) + kills
    if (outcome.wedged) this.#wedged++
    if (outcome.faults.length > 0) this.#faultySeeds.push(seed)
  }

  /** `memoryBytes` is what the channels' arena has grown to. */
  report(memoryBytes: number): Report {
    const sums = Object.fromEntries(SUMS.map((name) => [name, this.#sums.get(name) ?? 0])) as Record<
      (typeof SUMS)[number],
      number
    >
    return {
      node: process.version,
      execution: this.#execution,
      seed: this.#seed,
      seconds: Math.round(this.seconds),
      rounds: this.#rounds,
      kills: this.kills,
      killsBy: this.#killsBy,
      ...sums,
      memoryBytes,
      wedged: this.#wedged,
      faults: this.faults,
      faultySeeds: this.#faultySeeds,
    }
  }
}
