import { checkCount } from '@millrace/notify'
import { checkOptions } from '@millrace/queue/engine'
import { DEFAULT_MAX_FRAME_BYTES } from '@millrace/queue/protocol'
import type { ServerLimits } from './api.ts'

/** Limits, each of them given. */
export type Limits = { readonly [Name in keyof ServerLimits]-?: number }

/** What holds if nothing else is said. */
export const DEFAULT_LIMITS: Limits = {
  maxConnections: 10_000,
  maxConnectionsPerAddress: 2_000,
  maxRequests: 4_096,
  maxRequestBytes: 2 ** 26,
  maxFrameBytes: DEFAULT_MAX_FRAME_BYTES,
  maxAnswerBytes: 2 ** 24,
  maxUnreadBytes: 2 ** 24,
  maxBufferedBytes: 2 ** 30,
  greetingMs: 10_000,
  quietMs: 30_000,
  slowMs: 30_000,
}

/** Timers of Node cannot be longer. */
const LONGEST_TIMER_MS: number = 2 ** 31 - 1
/** Numbers of the protocol cannot be larger. */
const LARGEST_COUNT: number = 2 ** 32 - 1

/** Fills in what was not given. Throws for what is no limit, or no such. */
export function limitsOf(given: ServerLimits = {}): Limits {
  checkOptions('createServer: limits', given, Object.keys(DEFAULT_LIMITS))
  const limits = Object.entries(DEFAULT_LIMITS).map(([name, otherwise]) => {
    const limit = given[name as keyof Limits] === undefined ? otherwise : given[name as keyof Limits]
    // Total memory is no number of the protocol.
    const most = name.endsWith('Ms') ? LONGEST_TIMER_MS : name === 'maxBufferedBytes' ? 2 ** 53 - 1 : LARGEST_COUNT
    checkCount(`createServer: limits: ${name}`, limit as number, most)
    return [name, limit]
  })
  return Object.fromEntries(limits)
}
