import { checkFunction } from '../options.ts'
import type { StagePlan } from '../plan.ts'
import { isThenable } from '../thenable.ts'
import type { Call } from './call.ts'
import { callPlan } from './call-plan.ts'

/** The serial last stage of `forEach`: what `fn` gives is awaited and not kept. */
export function forEachPlan(fn: Call, position: number): StagePlan {
  checkFunction('forEach: fn', fn)
  const name = fn.name || `forEach ${position}`
  const call: Call = (item, index, stage) => {
    const result = fn(item, index, stage)
    return isThenable(result) ? Promise.resolve(result).then(forget) : undefined
  }
  return callPlan({ verb: 'forEach', name, call, ifUndefined: 'drop', concurrency: 1, options: [] }, undefined)
}

function forget(): void {}
