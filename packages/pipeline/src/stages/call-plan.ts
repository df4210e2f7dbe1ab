import type { StageOptions } from '../api.ts'
import { checkCount, checkName, checkOptions, show } from '../options.ts'
import type { StagePlan } from '../plan.ts'
import { type CallSettings, CallStage } from './call.ts'

/** What a verb says of its stage; the rest is in the options. */
export interface CallVerb extends Pick<CallSettings, 'call' | 'ifUndefined'> {
  readonly verb: string
  /** The name if none is given. */
  readonly name: string
  /** The concurrency if none is given. */
  readonly concurrency: number
  /** The options this verb knows. */
  readonly options: readonly string[]
}

/** The options that every stage with a call has. */
export const STAGE_OPTIONS: readonly string[] = ['concurrency', 'ordered', 'name']

/** The plan of a stage that calls a function; checks the options. */
export function callPlan(verb: CallVerb, options: StageOptions | undefined): StagePlan {
  checkOptions(verb.verb, options, verb.options)
  const { concurrency = verb.concurrency, ordered = true, name = verb.name } = options ?? {}
  checkCount(`${verb.verb}: concurrency`, concurrency, 1)
  if (typeof ordered !== 'boolean')
    throw new TypeError(`${verb.verb}: ordered: expected a boolean, got ${show(ordered)}`)
  checkName(verb.verb, name)
  const settings = { call: verb.call, ifUndefined: verb.ifUndefined, concurrency, ordered }
  return { name, buffer: 0, open: (host, ...rest) => new CallStage(settings, host, ...rest) }
}
