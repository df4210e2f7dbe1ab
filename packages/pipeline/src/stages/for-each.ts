import { checkFunction } from '../options.ts'
import type { StagePlan } from '../plan.ts'
import type { Call } from './call.ts'
import { callPlan } from './call-plan.ts'

/** The serial last stage of `forEach`: what `fn` gives is awaited and not kept. */
export function forEachPlan(fn: Call, position: number): StagePlan {
  checkFunction('forEach: fn', fn)
  const name = fn.name || `forEach ${position}`
  return callPlan(
    { verb: 'forEach', name, call: fn, outcome: nothing, ifUndefined: 'drop', concurrency: 1, options: [] },
    undefined,
  )
}

function nothing(): undefined {}
