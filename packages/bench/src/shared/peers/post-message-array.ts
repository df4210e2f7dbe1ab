import type { MessagePort } from 'node:worker_threads'
import { ends, type SharedContender } from '../contender.ts'
import { payloadOf } from '../payload.ts'
import { Arrivals, sendBatches } from '../work.ts'
import { ports } from './ports.ts'

const batches = ends<MessagePort, MessagePort>({
  open: ports,
  near: (port, { payload }) => {
    const arrivals = new Arrivals(payloadOf(payload))
    port.on('message', (values: unknown[]) => {
      for (const value of values) arrivals.add(value)
    })
    return (items) => arrivals.expect(items)
  },
  far: (port, { payload, batch }) => sendBatches(payloadOf(payload), batch, (values) => port.postMessage(values)),
})

/** `postMessage` of arrays. */
export const contender: SharedContender = {
  name: 'postMessage of arrays',
  kind: 'baseline',
  note: 'arrays of 128 values, of 100 objects; not bounded',
  routes: {
    'u32-batch': batches,
    '64-sync': batches,
    '64-batch': batches,
    '1k-borrow': batches,
    '1k-copy': batches,
    'object-sync': batches,
    'object-batch': batches,
  },
}
