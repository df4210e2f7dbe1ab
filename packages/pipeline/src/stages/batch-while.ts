import type { BatchWhileOptions } from '../api.ts'
import { atOnce, checkFunction, checkNumber, nameOf } from '../options.ts'
import type { StagePlan } from '../plan.ts'
import { type BatchRule, gatherPlan } from './batch.ts'

type Step = (state: never, item: never) => unknown

/** A stage that emits arrays which end where `step` says so: with the item for which it gives `undefined`. */
export function batchWhilePlan(step: Step, options: BatchWhileOptions<never> | undefined, position: number): StagePlan {
  checkFunction('batchWhile: fn', step)
  const name = nameOf('batchWhile', options, position, ['expiresInMs'])
  const { expiresInMs } = options ?? {}
  if (expiresInMs !== undefined) checkFunction('batchWhile: expiresInMs', expiresInMs)
  return gatherPlan(name, () => new StepRule(step, expiresInMs))
}

class StepRule implements BatchRule {
  readonly #step: Step
  readonly #expiresInMs: ((state: never) => number | undefined) | undefined
  #state: unknown

  constructor(step: Step, expiresInMs: ((state: never) => number | undefined) | undefined) {
    this.#step = step
    this.#expiresInMs = expiresInMs
  }

  overflows(): boolean {
    return false
  }

  fills(item: unknown): boolean {
    this.#state = atOnce('batchWhile: fn', this.#step(this.#state as never, item as never))
    return this.#state === undefined
  }

  expiresInMs(): number | undefined {
    const ms = this.#expiresInMs?.(this.#state as never)
    if (ms !== undefined) checkNumber('batchWhile: expiresInMs', ms, 0, Number.POSITIVE_INFINITY)
    return ms
  }

  begin(): void {
    this.#state = undefined
  }
}
