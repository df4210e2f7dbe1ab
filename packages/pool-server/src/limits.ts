import { checkCount } from '@millrace/notify'
import type { PoolLimits } from './api.ts'

/** Limits, each of them given. */
export type Limits = { readonly [Name in keyof PoolLimits]-?: number }

/** What holds if nothing else is said. */
export const DEFAULT_LIMITS: Limits = {
  maxBodyBytes: 2 ** 20,
  maxBatch: 10_000,
  maxDrain: 10_000,
  maxAnswerBytes: 2 ** 24,
  maxAnswerMs: 30_000,
  maxTimeoutMs: 60_000,
}

/** Timers of Node cannot be longer. */
const LONGEST_TIMER_MS: number = 2 ** 31 - 1

/** Fills in what was not given. Throws `RangeError` naming an option that is no limit. */
export function limitsOf(options: PoolLimits): Limits {
  const limits = Object.entries(DEFAULT_LIMITS).map(([name, otherwise]) => {
    const given = options[name as keyof Limits]
    // Not by `??`: null is no limit.
    const limit = given === undefined ? otherwise : given
    checkCount(name, limit, LONGEST_TIMER_MS)
    return [name, limit]
  })
  return Object.fromEntries(limits)
}
