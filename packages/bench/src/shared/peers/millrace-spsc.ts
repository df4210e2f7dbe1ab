import type { SharedReceiver } from '@millrace/mpsc/shared'
import { attachReceiver, attachSender, sharedChannel } from '@millrace/mpsc/shared'
import type { SharedContender } from '../contender.ts'
import type { NearWork } from '../work.ts'
import { flow, millraceRoutes, type SharedFace, sendMany } from './millrace.ts'

const face: SharedFace = {
  sharedChannel: (options) => sharedChannel({ ...options, producers: 1 }),
  attachSender,
  attachReceiver,
}

/** Takes numbers into a typed array, so that no object is made for any. */
function takeInto(receiver: Pick<SharedReceiver<number>, 'receiveInto'>, batch: number): NearWork {
  const array = new Uint32Array(batch)
  return async (items) => {
    let received = 0
    let sum = 0
    while (received < items) {
      const count = await receiver.receiveInto(array)
      if (count === 0) break
      received += count
      for (let i = 0; i < count; i++) sum += array[i] ?? Number.NaN
    }
    return { received, sum }
  }
}

const routes = millraceRoutes(face)

/** `sharedChannel` of @millrace/mpsc with `producers: 1`. */
export const contender: SharedContender = {
  name: 'millrace-spsc',
  kind: 'ours',
  note: '@millrace/mpsc with producers: 1; its batches are received into a typed array',
  routes: {
    'u32-await': routes['u32-await'],
    'u32-batch': flow(face, sendMany, ({ batch }, receiver) => takeInto(receiver, batch)),
    'u32-sync': routes['u32-sync'],
  },
}
