import { show } from '@millrace/notify'
import type { Claim, Kind, Make } from './conformance/api.ts'
import { contract } from './conformance/contract.ts'
import { type Factory, misuse } from './conformance/misuse.ts'
import { meets } from './conformance/needs.ts'
import { onTrial } from './conformance/trial.ts'

export type { Claim, Ends, Kind, Make, Need } from './conformance/api.ts'
export type { Factory } from './conformance/misuse.ts'

/**
 * Everything a channel promises, as a list of claims to run: the suite that every kind passes.
 *
 * What is said of the kind decides which claims are in the list; `needs` of a claim tells why. A bare `make` stands for a
 * bounded channel of capacity 2 in one event loop. A claim that does not end by its deadline is broken. Throws `TypeError` or
 * `RangeError` for a kind that there cannot be.
 *
 * @example
 * import { boundedChannel, ChannelReceiver, ChannelSender } from '@millrace/channel'
 * import { channelClaims, type Make } from '@millrace/channel/conformance'
 *
 * const make: Make = (capacity, options) => {
 *   const local = boundedChannel({ capacity, ...options })
 *   return { sender: new ChannelSender(local), receiver: new ChannelReceiver(local) }
 * }
 * for (const { run } of channelClaims({ make, capacity: 3, overflow: 'drop-oldest' })) await run()
 */
export function channelClaims(kind: Kind | Make): Claim[] {
  const whole: Kind = typeof kind === 'function' ? { make: kind, capacity: 2 } : kind
  check(whole)
  return contract
    .filter(({ needs }) => meets(whole, needs))
    .map(({ verb, claim, needs, proof }) => ({ verb, claim, needs, run: () => onTrial(whole, proof) }))
}

/**
 * What a factory that takes `{ capacity, overflow, onDrop }` refuses, as a list of claims to run.
 *
 * @example
 * import { boundedChannel } from '@millrace/channel'
 * import { factoryClaims } from '@millrace/channel/conformance'
 *
 * for (const { run } of factoryClaims(boundedChannel)) await run()
 */
export function factoryClaims(make: Factory): Claim[] {
  return Object.entries(misuse).map(([claim, proof]) => ({
    verb: 'refuses at once',
    claim,
    needs: [],
    run: async () => proof(make as (options: unknown) => unknown),
  }))
}

function check({ make, capacity, overflow }: Kind): void {
  if (typeof make !== 'function') throw new TypeError(`make: expected a function, got ${show(make)}`)
  if (!(Number.isInteger(capacity) || capacity === Number.POSITIVE_INFINITY) || capacity < 0) {
    throw new RangeError(`capacity: expected an integer from 0, or Infinity, got ${show(capacity)}`)
  }
  if (capacity === 0 && overflow === 'drop-oldest') {
    throw new RangeError('overflow: a rendezvous holds nothing, so drop-oldest has nothing to drop')
  }
}
