import type { Meter } from './meter.ts'
import { checkCount } from './options.ts'
import type { Host } from './plan.ts'

/** A concurrency that can be changed while stages use it. */
export interface Adjustable {
  /** The most calls that may run at a time. Setting it to fewer ends none: no further one begins until there are fewer. */
  value: number
  /** Calls back with each new value, until what it returns is called. */
  follow(follower: (value: number) => void): () => void
}

/**
 * A concurrency that can be changed while pipelines run.
 *
 * Throws `RangeError` for what is no integer from 1, now and when it is set.
 *
 * @example
 * const workers = adjustable(2)
 * const run = from([1, 2, 3]).map(async (n) => n, { concurrency: workers }).run()
 * workers.value = 8
 */
export function adjustable(concurrency: number): Adjustable {
  return new Dial(concurrency)
}

class Dial implements Adjustable {
  readonly #followers = new Set<(value: number) => void>()
  #value: number

  constructor(value: number) {
    checkCount('adjustable: concurrency', value, 1)
    this.#value = value
  }

  get value(): number {
    return this.#value
  }

  set value(value: number) {
    checkCount('adjustable: value', value, 1)
    this.#value = value
    // One of them may set it again.
    for (const follow of [...this.#followers]) follow(this.#value)
  }

  follow(follower: (value: number) => void): () => void {
    this.#followers.add(follower)
    return () => this.#followers.delete(follower)
  }
}

/** How many it is now. */
export function currentOf(concurrency: number | Adjustable): number {
  return typeof concurrency === 'number' ? concurrency : concurrency.value
}

/** Resizes a stage whenever the concurrency is changed, until what this gives is called. */
export function followed(concurrency: number | Adjustable, meter: Meter, host: Host): (() => void) | undefined {
  if (typeof concurrency === 'number') return undefined
  return concurrency.follow((value) => {
    host.stopwatch.tick()
    meter.resize(value)
    host.proceedSoon()
  })
}

/** Whether it is an adjustable, also one of another copy of this package. */
export function isAdjustable(given: unknown): given is Adjustable {
  const { value, follow } = Object(given) as Partial<Adjustable>
  return typeof value === 'number' && typeof follow === 'function'
}
