import { isInActor } from './actor.ts'
import type { ActorLike, ExploreOptions, Report } from './api.ts'
import { checkInteger, checkLimit, describeValue } from './check.ts'
import { ScheduleError } from './errors.ts'
import { type Failure, Model } from './model.ts'
import { type Event, Run } from './run.ts'
import { decode, encode } from './schedule.ts'
import { Search } from './search.ts'
import { story } from './story.ts'
import { verdict } from './verdict.ts'

type Actors = Readonly<Record<string, ActorLike>>
type AnyOptions = ExploreOptions<Actors, unknown>

/**
 * Runs the actors under every schedule, and the claim at the end of each.
 *
 * Throws a `ScheduleError`, whose message is the story of the schedule, at the first schedule in which the claim breaks, an actor
 * throws, an actor is parked with nobody left to wake it, or actors loop for ever. Of the schedules that break, it then
 * looks for one with the fewest preemptions. Throws `TypeError` or `RangeError` for options it cannot use, for an actor that is
 * not deterministic, and for one that catches what stops it.
 *
 * Memory is sequentially consistent. A state is looked at once, and steps that no other actor can notice are taken at once;
 * neither leaves out an end that some schedule has. It costs about a microsecond a step, and some 100 bytes a state.
 * After loom, CHESS and Java PathFinder.
 *
 * @example
 * const memory = sharedMemory({ bytes: 64, names: { 0: 'count' } })
 * const increment = () => memory.atomic.store(0, memory.atomic.load(0) + 1)
 * const options = {
 *   memory,
 *   actors: { first: increment, second: increment },
 *   check: () => memory.load(0) === 2,
 * }
 * explore(options) // => throws ScheduleError 'the claim does not hold'
 */
export function explore<const A extends Actors, S = undefined>(options: ExploreOptions<A, S>): Report {
  const settings = checkOptions(options as unknown as AnyOptions)
  const model = new Model(settings.options)
  const from = performance.now()
  const search = new Search(model, settings)
  const found = search.find()
  if (found !== undefined) throw shortest(model, settings, search, found)
  return report(search, settings.preemptions, performance.now() - from)
}

/**
 * Runs one schedule, as a `ScheduleError` names it, and answers its story; after its last turn the actors run on, one after the other.
 *
 * Throws the `ScheduleError` if it breaks something, and `TypeError` if the actors cannot take a turn it names.
 *
 * @example
 * const memory = sharedMemory({ bytes: 64, names: { 0: 'count' } })
 * const story = replay('ba', {
 *   memory,
 *   actors: { first: () => memory.atomic.add(0, 1), second: () => memory.atomic.add(0, 2) },
 * })
 * story.includes('add count 2→3') // => true
 */
export function replay<const A extends Actors, S = undefined>(schedule: string, options: ExploreOptions<A, S>): string {
  const settings = checkOptions(options as unknown as AnyOptions)
  const model = new Model(settings.options)
  const run = new Run(model, false)
  for (const turn of decode(schedule)) {
    if (run.failure !== undefined) break
    if (!run.allows(turn))
      throw new TypeError(`schedule: ${encode([turn])} cannot be taken at step ${run.events.length + 1}`)
    run.take(turn)
  }
  while (run.failure === undefined) {
    const [turn] = run.turns(Number.POSITIVE_INFINITY)
    if (run.isOver || turn === undefined) break
    run.take(turn)
  }
  const failure = run.failure ?? verdict(model, run, settings.check)
  if (failure !== undefined) throw errorOf(model, run, failure)
  return story(model, run)
}

function checkOptions(options: AnyOptions) {
  if (isInActor()) throw new TypeError('explore: an actor cannot explore')
  if (typeof options !== 'object' || options === null) {
    throw new TypeError(`options: expected { actors, … }, got ${describeValue(options)}`)
  }
  const { preemptions, reduce = true, maxRuns = Number.POSITIVE_INFINITY, check } = options
  if (preemptions !== undefined) checkInteger('preemptions', preemptions, 0, Number.POSITIVE_INFINITY)
  checkLimit('maxRuns', maxRuns, 1)
  if (typeof reduce !== 'boolean') throw new TypeError(`reduce: expected a boolean, got ${describeValue(reduce)}`)
  const unlimited = Number.POSITIVE_INFINITY
  return { options, preemptions: preemptions ?? unlimited, reduces: reduce, maxRuns, mostSteps: unlimited, check }
}

/** The story of what was found, or of another failure by as few preemptions as can be had for as much work again. */
function shortest(
  model: Model,
  settings: ReturnType<typeof checkOptions>,
  search: Search,
  found: { failure: Failure; run: Run },
): ScheduleError {
  const first = tell(model, settings, found)
  const mostSteps = Math.max(100_000, search.steps)
  for (let preemptions = 0; preemptions < found.run.preemptions; preemptions++) {
    const shorter = new Search(model, { ...settings, preemptions, mostSteps, reduces: true }).find()
    if (shorter !== undefined) return tell(model, settings, shorter)
  }
  return first
}

function tell(
  model: Model,
  { check }: ReturnType<typeof checkOptions>,
  { failure, run }: { failure: Failure; run: Run },
): ScheduleError {
  // Now, since the next run begins with the memory cleared.
  const error = errorOf(model, run, failure)
  return retold(model, run, check) ?? error
}

function errorOf(model: Model, run: Run, failure: Failure): ScheduleError {
  return new ScheduleError(failure, encode(run.events), story(model, run, failure))
}

/**
 * The same run as a reader would order it: what an actor did at once, since it concerns nobody else, while others had the
 * turn, comes right before its next step that does.
 */
function retold(model: Model, found: Run, check: AnyOptions['check']): ScheduleError | undefined {
  const waiting = new Map<number, Event[]>()
  const ordered: Event[] = []
  for (const event of found.events) {
    const own = waiting.get(event.actor) ?? []
    const isLater = event.isLocal && ordered.at(-1)?.actor !== event.actor
    if (!isLater) ordered.push(...own, event)
    waiting.set(event.actor, isLater ? [...own, event] : [])
  }
  const rest = [...waiting.values()].flat()
  const run = new Run(model, false)
  for (const turn of [...ordered, ...rest]) {
    if (run.failure !== undefined) break
    run.take(turn)
  }
  run.turns(Number.POSITIVE_INFINITY)
  const failure = run.failure ?? (run.isOver ? verdict(model, run, check) : undefined)
  return failure && errorOf(model, run, failure)
}

function report(search: Search, preemptions: number, ms: number): Report {
  const { schedules, runs, states, steps, pruned, held, isComplete: complete } = search
  const bound = preemptions === Number.POSITIVE_INFINITY ? '' : ` of at most ${count(preemptions, 'preemption')}`
  const how = complete ? 'explored whole' : 'stopped before the end'
  const counts = [
    `${count(schedules, 'schedule')}${bound} in ${count(runs, 'run')}`,
    count(states, 'state'),
    count(steps, 'step'),
    `${pruned} cut`,
    `${held} held`,
    `${Math.round(ms)} ms`,
  ]
  return { schedules, complete, runs, states, steps, pruned, held, ms, summary: `${how}: ${counts.join(', ')}` }
}

function count(number: number, noun: string): string {
  return number === 1 ? `1 ${noun}` : `${number} ${noun}s`
}
