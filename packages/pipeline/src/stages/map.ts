import type { StageOptions } from '../api.ts'
import { checkFunction } from '../options.ts'
import type { StagePlan } from '../plan.ts'
import type { Call } from './call.ts'
import { callPlan, STAGE_OPTIONS } from './call-plan.ts'

/** A stage that emits what `fn` gives for each item. */
export function mapPlan(fn: Call, options: StageOptions<never> | undefined, position: number): StagePlan {
  checkFunction('map: fn', fn)
  const name = fn.name || `map ${position}`
  return callPlan({ verb: 'map', name, call: fn, ifUndefined: 'fail', concurrency: 1, options: STAGE_OPTIONS }, options)
}
