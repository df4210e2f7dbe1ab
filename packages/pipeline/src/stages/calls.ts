/** Stages with a function for each item. */
import type { Sender, Value } from '@millrace/mpsc'
import { show } from '@millrace/notify'
import type { Result, Stage, StageOptions } from '../api.ts'
import { checkFunction, checkSender } from '../options.ts'
import type { StagePlan } from '../plan.ts'
import { isThenable } from '../thenable.ts'
import type { Call } from './call.ts'
import { type CallVerb, callPlan, STAGE_OPTIONS } from './call-plan.ts'
import { CalledStage } from './called-stage.ts'
import { DROPPED } from './result.ts'

type Options = StageOptions<never> | undefined

/** What follows from the result of a call, at once or when its promise has settled. */
function then(result: unknown, next: (value: unknown) => unknown): unknown {
  return isThenable(result) ? Promise.resolve(result).then(next) : next(result)
}

function stage(verb: string, fn: Call, more: Partial<CallVerb>, options: Options, position: number): StagePlan {
  checkFunction(`${verb}: fn`, fn)
  const name = fn.name || `${verb} ${position}`
  return callPlan(
    { verb, name, call: fn, ifUndefined: 'fail', concurrency: 1, options: STAGE_OPTIONS, ...more },
    options,
  )
}

/** What `fn` gives for each item. */
export function mapPlan(fn: Call, options: Options, position: number, verb = 'map'): StagePlan {
  return stage(verb, fn, {}, options, position)
}

/** What `fn` gives for each item, and nothing for `undefined`. */
export function filterMapPlan(fn: Call, options: Options, position: number): StagePlan {
  return stage('filterMap', fn, { ifUndefined: 'drop' }, options, position)
}

/** The items for which `fn` gives something true. */
export function filterPlan(fn: Call, options: Options, position: number): StagePlan {
  return stage('filter', fn, { outcome: (isMeant, item) => (isMeant ? item : DROPPED) }, options, position)
}

/** The items as they are, when `fn` is done with them. */
export function tapPlan(fn: Call, options: Options, position: number): StagePlan {
  return stage('tap', fn, { outcome: (_, item) => item }, options, position)
}

/** Nothing: the last stage of `forEach`, where what `fn` gives is awaited and not kept. */
export function forEachPlan(fn: Call, position: number): StagePlan {
  return stage('forEach', fn, { outcome: () => undefined, ifUndefined: 'drop', options: [] }, undefined, position)
}

/** What became of each call. */
export function attemptPlan(fn: Call, options: Options, position: number): StagePlan {
  return stage('attempt', fn, { wrap: asResult }, options, position)
}

/** The values of results that are well, mapped; a call that fails makes an error of its result. */
export function mapOkPlan(fn: Call, options: Options, position: number): StagePlan {
  const call: Call = (item, index, at) => fn(okValue(item) as never, index, at)
  const wrap = (inner: Call): Call => {
    const attempted = asResult(inner)
    return (item, index, at) => (isOk(item, at) ? attempted(item, index, at) : item)
  }
  return stage('mapOk', fn, { call, wrap }, options, position)
}

/** The errors of results that are not well, mapped. */
export function mapErrPlan(fn: Call, options: Options, position: number): StagePlan {
  const call: Call = (item, index, at) =>
    isOk(item, at) ? item : then(fn(errorOf(item) as never, index, at), (error) => ({ ok: false, error }))
  return stage('mapErr', fn, { call }, options, position)
}

/** The values of results that are well; errors go to a channel, which makes the stage wait while it is full. */
export function catchPlan(errors: Sender<Value>, isLast: boolean, options: Options, position: number): StagePlan {
  const verb = isLast ? 'catchAbort' : 'catch'
  checkSender(`${verb}: errors`, errors)
  const call: Call = (item, _, at) => {
    if (isOk(item, at)) return okValue(item)
    const error = errorOf(item)
    return errors.send(error as Value, { signal: at.signal }).then(() => {
      if (isLast) throw error
      return DROPPED
    })
  }
  return callPlan(
    { verb, name: `${verb} ${position}`, call, ifUndefined: 'fail', concurrency: 1, options: ['name'] },
    options,
  )
}

/** What the items so far come to, after each. */
export function scanPlan(
  fn: (state: never, item: never, index: number) => unknown,
  initial: unknown,
  options: Options,
  position: number,
): StagePlan {
  // A stage runs once, since its pipeline does.
  let state = initial
  const call: Call = (item, index) =>
    then(fn(state as never, item, index), (next) => {
      state = next
      return next
    })
  return stage('scan', fn as unknown as Call, { call, options: ['name'] }, options, position)
}

function asResult(call: Call): Call {
  return (item, index, at) => {
    const failed = (error: unknown): Result<unknown> => {
      CalledStage.failed(at)
      return { ok: false, error }
    }
    const done = (value: unknown): unknown => (value === undefined || value === DROPPED ? value : { ok: true, value })
    try {
      const result = call(item, index, at)
      return isThenable(result) ? Promise.resolve(result).then(done, failed) : done(result)
    } catch (error) {
      return failed(error)
    }
  }
}

function isOk(item: unknown, { name }: Stage): boolean {
  const ok = (item as Result<unknown> | null)?.ok
  if (typeof ok === 'boolean') return ok
  throw new TypeError(`${name}: expected a result { ok: true, value } or { ok: false, error }, got ${show(item)}`)
}

function okValue(item: unknown): unknown {
  return (item as { value: unknown }).value
}

function errorOf(item: unknown): unknown {
  return (item as { error: unknown }).error
}
