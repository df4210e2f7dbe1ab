import { perform } from './actor.ts'
import type { Access } from './api.ts'
import { checkInteger, describeValue } from './check.ts'
import { type Answer, EVERYTHING, type Operation, type Place, PlainOperation, resource } from './operation.ts'

/**
 * One step on the state of the host: nothing of another actor happens while it runs, and before it anything may.
 *
 * The operation gets the state that `setup` returned for this run, and is the only one to touch it: an actor's own code
 * is run again and again and must not. What it answers is a primitive; `TypeError` otherwise. Name what it reads
 * and what it writes: steps that touch nothing in common, or only read, are not tried in both orders. A step without
 * `access` is taken to touch everything the host's other steps touch. Throws `TypeError` outside an actor.
 *
 * @example
 * const report = explore({
 *   setup: () => ({ count: 0 }),
 *   actors: { first: increment, second: increment },
 *   check: ({ state }) => state.count === 2,
 * })
 * report.schedules // => 2
 *
 * function increment(): number {
 *   return step('increment', (state: { count: number }) => ++state.count)
 * }
 */
export function step<S = unknown>(label: string, operation: (state: S) => undefined, access?: Access): undefined
export function step<A extends Answer, S = unknown>(label: string, operation: (state: S) => A, access?: Access): A
export function step(label: string, operation: (state: never) => Answer, access?: Access): Answer {
  return perform(new HostOperation(label, operation as (state: unknown) => Answer, access))
}

/**
 * A named place in an actor's code where others may run and where a killable actor may die; it touches nothing.
 *
 * It stands in the story, so that the reader knows how far the actor came. Outside an actor it does nothing.
 */
export function point(label: string): void {
  perform(new Point(label))
}

/**
 * Answers each integer from 0 to `count` - 1, in runs of its own: for what does not depend on the schedule, such as a
 * failing system call. Throws `RangeError` unless `count` is an integer from 1 to 1000, and `TypeError` outside an actor.
 *
 * @example
 * const seen = new Set<number>()
 * explore({ actors: { dice: () => choose(3) }, check: ({ results }) => seen.add(results.dice) })
 * seen.size // => 3
 */
export function choose(count: number, label = 'choose'): number {
  checkInteger('count', count, 1, 1000)
  return perform(new Choice(label, count)) as number
}

/**
 * Says that the actor waits for others in a loop, as `Atomics.pause` does: it goes on once a step it took since its last
 * pause would answer differently, or when nobody else can run. Loops that do not pause are recognised too, after some rounds.
 * Outside an actor it does nothing.
 */
export function pause(): void {
  perform(PAUSE_OPERATION)
}

class HostOperation extends PlainOperation {
  override readonly needsState: boolean = true
  readonly #label: string
  readonly #operation: (state: unknown) => Answer

  constructor(label: string, operation: (state: unknown) => Answer, access: Access | undefined) {
    super(places(access, 'reads'), places(access, 'writes'))
    this.#label = label
    this.#operation = operation
  }

  perform(state: unknown): Answer {
    const answer = this.#operation(state)
    if ((typeof answer === 'object' && answer !== null) || typeof answer === 'function' || typeof answer === 'symbol') {
      throw new TypeError(`${this.#label}: a step answers with a primitive, got ${describeValue(answer)}`)
    }
    return answer
  }

  override isIdle(): boolean {
    return this.writes.length === 0
  }

  override peek(state: unknown): Answer {
    return this.#operation(state)
  }

  isSame(other: Operation): boolean {
    return other instanceof HostOperation && other.#label === this.#label
  }

  describe(answer?: Answer): string {
    return answer === undefined ? this.#label : `${this.#label} → ${describeValue(answer)}`
  }
}

class Point extends PlainOperation {
  readonly #label: string

  constructor(label: string) {
    super([], [])
    this.#label = label
  }

  perform(): Answer {
    return undefined
  }

  isSame(other: Operation): boolean {
    return other instanceof Point && other.#label === this.#label
  }

  describe(): string {
    return `· ${this.#label}`
  }
}

class Choice extends PlainOperation {
  override readonly kind = 'choose'
  override readonly ways: number
  readonly #label: string

  constructor(label: string, ways: number) {
    super([], [])
    this.#label = label
    this.ways = ways
  }

  perform(): Answer {
    return 0
  }

  isSame(other: Operation): boolean {
    return other instanceof Choice && other.#label === this.#label && other.ways === this.ways
  }

  describe(answer?: Answer): string {
    return answer === undefined ? this.#label : `${this.#label} → ${describeValue(answer)}`
  }
}

class Pause extends PlainOperation {
  override readonly kind = 'pause'

  perform(): Answer {
    return undefined
  }

  override isIdle(): boolean {
    return true
  }

  isSame(other: Operation): boolean {
    return other.kind === 'pause'
  }

  describe(): string {
    return 'pause'
  }
}

const PAUSE_OPERATION: Operation = new Pause([], [])

function places(access: Access | undefined, side: 'reads' | 'writes'): readonly Place[] {
  return access === undefined ? [EVERYTHING] : (access[side] ?? []).map(resource)
}
