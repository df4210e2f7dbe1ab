import type { ActorLike, End, ExploreOptions } from './api.ts'
import { describeValue } from './check.ts'
import type { Failure, Model } from './model.ts'
import { DEAD, ENDED, type Event, PARKED, type Run } from './run.ts'

type Check = ExploreOptions<Readonly<Record<string, ActorLike>>, unknown>['check']

/** What is wrong with a run that is over, if anything is. */
export function verdict(model: Model, run: Run, check: Check): Failure | undefined {
  const parked = model.actors.filter(({ index }) => run.status[index] === PARKED)
  if (parked.length > 0) {
    const reason = parked.map(({ index }) => lostWake(model, run, index)).join('\n')
    return { code: 'lost-wake', reason, cause: undefined }
  }
  const looping = model.actors.filter(({ index }) => run.isStuck(index))
  if (looping.length > 0) {
    const reason = looping
      .map(({ name, index }) => `${name} loops for ever: ${loopOf(run, index)}; nobody is left to change it`)
      .join('\n')
    return { code: 'livelock', reason, cause: undefined }
  }
  return check === undefined ? undefined : judge(check, endOf(model, run))
}

function judge(check: NonNullable<Check>, end: End): Failure | undefined {
  let answer: unknown
  try {
    answer = check(end)
  } catch (cause) {
    return { code: 'claim', reason: cause instanceof Error ? cause.message : String(cause), cause }
  }
  if (typeof Object(answer).then === 'function') throw new TypeError('check: a claim is synchronous, got a promise')
  if (answer !== false) return undefined
  const results = Object.entries(end.results).filter(([name]) => !end.died.includes(name))
  const ends = [
    ...results.map(([name, value]) => `${name} returned ${describeValue(value)}`),
    ...end.died.map((name) => `${name} died`),
  ]
  const reason = `the claim does not hold: ${ends.join(', ')}`
  return { code: 'claim', reason, cause: undefined }
}

function endOf(model: Model, run: Run): End {
  const resultOf = (index: number) => {
    const outcome = run.status[index] === ENDED ? run.nodes[index]?.outcome : undefined
    return outcome?.kind === 'returned' ? outcome.value : undefined
  }
  const own = model.actors.filter(({ index }) => !model.isRecovery(index))
  const died = own.filter(({ index }) => run.status[index] === DEAD)
  return {
    results: Object.fromEntries(own.map(({ name, index }) => [name, resultOf(index)])),
    died: died.map(({ name }) => name),
    recovered: Object.fromEntries(died.map(({ name, index }) => [name, resultOf(model.recoveryOf(index))])),
    state: run.state,
  }
}

/** Who is parked where, and who could have woken it last. */
function lostWake(model: Model, run: Run, index: number): string {
  const wait = run.nodes[index]?.operation
  const place = wait?.reads[0]
  const parkedAt = run.events.findLastIndex(({ actor }) => actor === index)
  const touches = (event: Event, kind: 'notify' | 'step') =>
    event.actor !== index && event.node.operation?.kind === kind && event.node.operation.writes[0] === place
  const others = (event: Event) => event.actor !== index
  const say = (at: number, what: string) => {
    const when = at < parkedAt ? ', before that' : ''
    return `${model.actors[run.events[at]?.actor ?? 0]?.name} ${what} in step ${at + 1}${when}`
  }
  const notified = run.events.findLastIndex((event) => touches(event, 'notify'))
  const changed = run.events.findLastIndex((event) => touches(event, 'step'))
  const acted = run.events.findLastIndex(others)
  let by = 'nobody else ever ran'
  if (notified !== -1) by = say(notified, 'was the last to notify it,')
  else if (changed !== -1) by = `nobody notified it; ${say(changed, 'was the last to change the word,')}`
  else if (acted !== -1) by = `nobody notified it; ${say(acted, 'was the last to do anything,')}`
  const name = model.actors[index]?.name
  return `lost wake-up: ${name} is parked for ever since step ${parkedAt + 1} (${wait?.describe()}); ${by}`
}

function loopOf(run: Run, index: number): string {
  const steps = run.nodes[index]?.round?.steps ?? []
  return steps
    .map(({ operation, answer }) => operation.describe(answer))
    .reverse()
    .join(', ')
}
