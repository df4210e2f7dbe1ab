import type { StageOptions } from '../api.ts'
import { checkFunction } from '../options.ts'
import type { StagePlan } from '../plan.ts'
import type { Call } from './call.ts'
import { callPlan, STAGE_OPTIONS } from './call-plan.ts'

/** A stage that emits what `fn` gives for each item, and nothing for `undefined`. */
export function filterMapPlan(fn: Call, options: StageOptions<never> | undefined, position: number): StagePlan {
  checkFunction('filterMap: fn', fn)
  const name = fn.name || `filterMap ${position}`
  return callPlan(
    { verb: 'filterMap', name, call: fn, ifUndefined: 'drop', concurrency: 1, options: STAGE_OPTIONS },
    options,
  )
}
