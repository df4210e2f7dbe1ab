import type { Claim, Kind, Make } from './conformance/api.ts'
import { contract } from './conformance/contract.ts'
import { meets } from './conformance/needs.ts'
import { onTrial } from './conformance/trial.ts'

export type { Claim, Kind, Made, Make, Need } from './conformance/api.ts'

/**
 * Everything a `QueueEngine` promises, as a list of claims to run: the suite that every engine passes.
 *
 * What is said of the kind decides which claims are in the list; `needs` of a claim tells why. A bare `make` stands for an engine that keeps
 * nothing when it is closed, alone on its queues, by the clock of the real world. A claim that does not end by its deadline is broken. Throws
 * `TypeError` for a kind without `make`.
 *
 * @example
 * import { openQueues } from '@millrace/queue'
 * import { queueClaims } from '@millrace/queue/conformance'
 *
 * const make = async () => ({ engine: await openQueues({ path: ':memory:' }) })
 * for (const { verb, run } of queueClaims(make)) if (verb === 'create') await run()
 */
export function queueClaims(kind: Kind | Make): Claim[] {
  const whole: Kind = typeof kind === 'function' ? { make: kind } : kind
  if (typeof whole?.make !== 'function') {
    throw new TypeError(`make: expected a function, got ${String((whole as Partial<Kind> | undefined)?.make)}`)
  }
  return contract
    .filter(({ needs }) => meets(whole, needs))
    .map(({ verb, claim, needs, proof }) => ({ verb, claim, needs, run: () => onTrial(whole, proof) }))
}
