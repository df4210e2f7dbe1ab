import { checkCount } from '@millrace/notify'
import type { PoolLimits } from './api.ts'

/** Limits, each of them given. */
export type Limits = { readonly [Name in keyof PoolLimits]-?: number }

/** What holds if nothing else is said. */
export const DEFAULT_LIMITS: Limits = {
  maxBodyBytes: 2 ** 20,
  maxBatch: 10_000,
  maxDrain: 10_000,
  maxTimeoutMs: 60_000,
}

/** Timers of Node cannot be longer. */
const LONGEST_TIMER_MS: number = 2 ** 31 - 1

/** Fills in what was not given. Throws `RangeError` naming an option that is no limit. */
export function limitsOf(options: PoolLimits): Limits {
  const { maxBodyBytes, maxBatch, maxDrain, maxTimeoutMs } = DEFAULT_LIMITS
  // Not by `??`: null is no limit.
  const {
    maxBodyBytes: bytes = maxBodyBytes,
    maxBatch: batch = maxBatch,
    maxDrain: drain = maxDrain,
    maxTimeoutMs: timeout = maxTimeoutMs,
  } = options
  const limits: Limits = { maxBodyBytes: bytes, maxBatch: batch, maxDrain: drain, maxTimeoutMs: timeout }
  for (const [name, value] of Object.entries(limits)) checkCount(name, value, LONGEST_TIMER_MS)
  return limits
}
