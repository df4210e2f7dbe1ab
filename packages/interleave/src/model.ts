import { Actor } from './actor.ts'
import type { ActorLike, ActorOptions, ExploreOptions } from './api.ts'
import { checkInteger, checkLimit, describeValue } from './check.ts'
import type { ScheduleError } from './errors.ts'
import { wordsOf } from './memory.ts'
import { Sharing } from './sharing.ts'
import type { Words } from './words.ts'

/** What broke, before its story is told. */
export interface Failure {
  readonly code: ScheduleError['code']
  readonly reason: string
  readonly cause: unknown
}

const MOST_ACTORS = 26
const NOBODY = -1

/** What is explored, and all that is learnt about it over its runs. */
export class Model {
  readonly actors: readonly Actor[]
  readonly words: Words | undefined
  readonly sharing: Sharing = new Sharing()
  readonly maxSteps: number
  readonly rounds: number
  /** Whether any step acts on the state of the host. */
  needsState = false
  readonly #setup: (() => unknown) | undefined
  readonly #recoveries: ReadonlyMap<number, number>
  readonly #versions = new Map<string, number>()
  readonly #outcomes = new Map<unknown, number>()

  constructor(options: ExploreOptions<Readonly<Record<string, ActorLike>>, unknown>) {
    const { actors, memory, setup, maxSteps = 10_000, rounds = 5 } = options
    checkLimit('maxSteps', maxSteps, 1)
    checkInteger('rounds', rounds, 2, 60)
    if (setup !== undefined) checkFunction('setup', setup)
    if (options.check !== undefined) checkFunction('check', options.check)
    this.words = memory === undefined ? undefined : wordsOf(memory)
    this.maxSteps = maxSteps
    this.rounds = rounds
    this.#setup = setup
    const entries = checkActors(actors)
    const recoveries = entries.filter(([, { afterDeath }]) => afterDeath !== undefined)
    this.#recoveries = new Map(
      recoveries.map((entry, index) => [entries.indexOf(entry), entries.length + index] as const),
    )
    const found =
      (index: number): ConstructorParameters<typeof Actor>[4] =>
      ({ operation }) => {
        if (operation === undefined) return
        this.needsState ||= operation.needsState
        this.sharing.see(index, operation)
      }
    this.prepare()
    this.actors = [
      ...entries.map(
        ([name, { run, killable }], index) => new Actor(name, index, killable === true, run, found(index)),
      ),
      ...recoveries.map(([name, { afterDeath }], index) => {
        const at = entries.length + index
        return new Actor(`after ${name}`, at, false, afterDeath as () => unknown, found(at))
      }),
    ]
  }

  /** Makes the memory and the state of a run that begins. */
  prepare(): unknown {
    this.words?.i32.fill(0)
    const state = this.#setup?.()
    this.words?.settle()
    return state
  }

  /** The actor that recovers from the death of this one; -1 if none does. */
  recoveryOf(actor: number): number {
    return this.#recoveries.get(actor) ?? NOBODY
  }

  isRecovery(actor: number): boolean {
    return actor >= this.actors.length - this.#recoveries.size
  }

  /** A number for the value of a resource, from what it was made of. */
  version(content: string): number {
    return intern(this.#versions, content)
  }

  /** A number for how an actor ended; the same for the same primitive. */
  outcome(value: unknown): number {
    return intern(this.#outcomes, value)
  }
}

function intern<K>(numbers: Map<K, number>, key: K): number {
  const known = numbers.get(key)
  if (known !== undefined) return known
  numbers.set(key, numbers.size + 1)
  return numbers.size
}

function checkActors(actors: Readonly<Record<string, ActorLike>>): [string, ActorOptions][] {
  if (typeof actors !== 'object' || actors === null) {
    throw new TypeError(`actors: expected functions by name, got ${describeValue(actors)}`)
  }
  const entries = Object.entries(actors).map(([name, actor]): [string, ActorOptions] => {
    const options = typeof actor === 'function' ? { run: actor } : actor
    checkFunction(`actors.${name}`, options?.run)
    if (options.afterDeath === undefined) return [name, options]
    checkFunction(`actors.${name}.afterDeath`, options.afterDeath)
    if (options.killable === true) return [name, options]
    throw new TypeError(`actors.${name}.afterDeath: the actor is not killable`)
  })
  const count = entries.length + entries.filter(([, { afterDeath }]) => afterDeath !== undefined).length
  checkInteger('actors', count, 1, MOST_ACTORS)
  return entries
}

function checkFunction(name: string, value: unknown): void {
  if (typeof value !== 'function') throw new TypeError(`${name}: expected a function, got ${describeValue(value)}`)
}
