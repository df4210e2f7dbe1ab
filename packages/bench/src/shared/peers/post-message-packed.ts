import type { MessagePort } from 'node:worker_threads'
import { ends, type SharedContender } from '../contender.ts'
import { bytesOf, numbers, records } from '../payload.ts'
import { Arrivals } from '../work.ts'
import { ports } from './ports.ts'

/** Numbers go as the elements of one typed array. */
const inWords = ends<MessagePort, MessagePort>({
  open: ports,
  near: (port) => {
    const arrivals = new Arrivals(numbers())
    port.on('message', (values: Uint32Array) => {
      for (let i = 0; i < values.length; i++) arrivals.add(values[i] ?? Number.NaN)
    })
    return (items) => arrivals.expect(items)
  },
  far:
    (port, { batch }) =>
    (items) => {
      for (let first = 0; first < items; first += batch) {
        const values = new Uint32Array(Math.min(batch, items - first))
        for (let i = 0; i < values.length; i++) values[i] = first + i
        port.postMessage(values, [values.buffer])
      }
    },
})

/** Records lie one after the other in one buffer, which the receiver owns: it reads them there in either case. */
const inBytes = ends<MessagePort, MessagePort>({
  open: ports,
  near: (port, { payload }) => {
    const bytes = bytesOf(payload)
    const arrivals = new Arrivals(records(bytes))
    port.on('message', (packed: Uint8Array) => {
      for (let at = 0; at < packed.length; at += bytes) arrivals.add(packed.subarray(at, at + bytes))
    })
    return (items) => arrivals.expect(items)
  },
  far: (port, { payload, batch }) => {
    const bytes = bytesOf(payload)
    const { make } = records(bytes)
    return (items) => {
      for (let first = 0; first < items; first += batch) {
        const count = Math.min(batch, items - first)
        const packed = new Uint8Array(count * bytes)
        for (let i = 0; i < count; i++) packed.set(make(first + i), i * bytes)
        port.postMessage(packed, [packed.buffer])
      }
    }
  },
})

/** `postMessage` of packed buffers that change their owner. */
export const contender: SharedContender = {
  name: 'postMessage, packed',
  kind: 'baseline',
  note: '128 values in one buffer, which is transferred; not bounded',
  routes: {
    'u32-batch': inWords,
    '64-sync': inBytes,
    '64-batch': inBytes,
    '1k-borrow': inBytes,
    '1k-copy': inBytes,
  },
}
