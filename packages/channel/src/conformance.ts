import type { Claim, Claims, Ends } from './conformance/api.ts'
import { ending } from './conformance/ending.ts'
import { whileOpen } from './conformance/while-open.ts'

export type { Claim, Ends } from './conformance/api.ts'

/**
 * Everything a channel promises, as a list of claims to run: the suite that every variant passes.
 *
 * `make` gives a fresh channel of the capacity it is asked for.
 *
 * @example
 * import { LocalChannel, LocalReceiver, LocalSender, type Value } from '@millrace/channel'
 * import { channelClaims } from '@millrace/channel/conformance'
 * import { arrayRing } from '@millrace/ring'
 *
 * const claims = channelClaims((capacity) => {
 *   const local = new LocalChannel<Value>(arrayRing(capacity))
 *   return { sender: new LocalSender(local), receiver: new LocalReceiver(local) }
 * })
 * for (const { run } of claims) await run()
 */
export function channelClaims(make: (capacity: number) => Ends): Claim[] {
  return [...list(whileOpen, make), ...list(ending, make)]
}

function list(claims: Claims, make: (capacity: number) => Ends): Claim[] {
  return Object.entries(claims).flatMap(([verb, proofs]) =>
    Object.entries(proofs).map(([claim, proof]) => ({ verb, claim, run: () => proof(make(2)) })),
  )
}
