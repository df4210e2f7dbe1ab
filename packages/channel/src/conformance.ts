import type { Claim, Claims, Ends } from './conformance/api.ts'
import { choosing } from './conformance/choosing.ts'
import { ending } from './conformance/ending.ts'
import { holding } from './conformance/holding.ts'
import { whileOpen } from './conformance/while-open.ts'

export type { Claim, Ends } from './conformance/api.ts'

/**
 * Everything a channel promises, as a list of claims to run: the suite that every variant passes.
 *
 * `make` gives a fresh channel of the capacity it is asked for.
 *
 * @example
 * import { boundedChannel, LocalReceiver, LocalSender, type Value } from '@millrace/channel'
 * import { channelClaims } from '@millrace/channel/conformance'
 *
 * const claims = channelClaims((capacity) => {
 *   const local = boundedChannel<Value>({ capacity })
 *   return { sender: new LocalSender(local), receiver: new LocalReceiver(local) }
 * })
 * for (const { run } of claims) await run()
 */
export function channelClaims(make: (capacity: number) => Ends): Claim[] {
  return [whileOpen, holding, choosing, ending].flatMap((claims) => list(claims, make))
}

function list(claims: Claims, make: (capacity: number) => Ends): Claim[] {
  return Object.entries(claims).flatMap(([verb, proofs]) =>
    Object.entries(proofs).map(([claim, proof]) => ({ verb, claim, run: () => proof(make(2)) })),
  )
}
