import type { Contender } from '../contender.ts'
import { flow } from '../topology.ts'

const READY = Promise.resolve()

/** Two loops that each await a ready promise: one shared for every send, a new one for every value. */
function open() {
  let next = 0
  return { send: () => READY, receive: () => Promise.resolve(next++) }
}

/** What two awaits an item cost. No channel whose every operation is awaited is faster. */
export const contender: Contender = {
  name: 'await-floor',
  kind: 'floor',
  note: 'moves nothing: the sender awaits a ready promise, the receiver counts by itself',
  drives: flow(open),
}
