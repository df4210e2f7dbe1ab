/**
 * What an actor is about to do, as data: the explorer performs it when its turn comes, undoes it, and performs it again
 * in another order. An operation therefore holds nothing that changes.
 *
 * A place is what operations conflict about: a word of the memory (its index, from 0), or a resource of the host
 * (negative, by name).
 */

/** What a step answers. A primitive, so that equal answers can be told. */
export type Answer = bigint | boolean | number | string | null | undefined

/** A word index, or a negative number for a named resource. */
export type Place = number

/** Stands for every resource of the host: what a step touches that does not say what it touches. */
export const EVERYTHING: Place = -1

/** One step of an actor, not yet taken. */
export interface Operation {
  /** How the scheduler treats it; a `step` is performed, the others are its own business. */
  readonly kind: 'step' | 'wait' | 'notify' | 'choose' | 'pause' | 'end'
  /** The places its answer depends on. */
  readonly reads: readonly Place[]
  /** The places it may change. */
  readonly writes: readonly Place[]
  /** How many ways it can go: more than one only for `choose`. */
  readonly ways: number
  /** Whether the parked actor may go on without a wake. */
  readonly mayTimeOut: boolean
  /** How many parked actors a `notify` wakes. */
  readonly count: number
  /** Whether `perform` needs the state of the host. */
  readonly needsState: boolean
  /** Does it, once. For `wait`: answers `'ok'` if the actor has to park, and changes nothing. */
  perform(state: unknown): Answer
  /** Whether, with this answer, it changed nothing and would change nothing as long as `peek` gives the same answer. */
  isIdle(answer: Answer): boolean
  /** What an idle one would answer now. */
  peek(state: unknown): Answer
  /** Whether both do the same, so that a round of steps can be recognised. */
  isSame(other: Operation): boolean
  /** What happened, in words, for the story. Without an answer: what it is about to do. */
  describe(answer?: Answer): string
}

/** The parts of an operation that most kinds share: one way, no wait, no wake, no host. */
export abstract class PlainOperation implements Operation {
  readonly kind: Operation['kind'] = 'step'
  readonly ways: number = 1
  readonly mayTimeOut: boolean = false
  readonly count: number = 0
  readonly needsState: boolean = false
  readonly reads: readonly Place[]
  readonly writes: readonly Place[]

  constructor(reads: readonly Place[], writes: readonly Place[]) {
    this.reads = reads
    this.writes = writes
  }

  abstract perform(state: unknown): Answer
  abstract isSame(other: Operation): boolean
  abstract describe(answer?: Answer): string

  isIdle(_answer: Answer): boolean {
    return false
  }

  peek(_state: unknown): Answer {
    return undefined
  }
}

/** The number of a named resource; the same name gives the same number. */
export function resource(name: string): Place {
  const known = resources.get(name)
  if (known !== undefined) return known
  const place = EVERYTHING - 1 - resources.size
  resources.set(name, place)
  return place
}

const resources = new Map<string, Place>()
