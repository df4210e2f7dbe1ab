import type { MessagePort as Port } from 'node:worker_threads'
import type { Tally } from '../../topology.ts'
import { ends, type SharedContender } from '../contender.ts'
import { payloadOf } from '../payload.ts'
import { Arrivals, sendEachSync } from '../work.ts'
import { ports } from './ports.ts'

/** One message a value, one event a message. */
const oneByOne = ends<Port, Port>({
  open: ports,
  near: (port, { payload }) => {
    const arrivals = new Arrivals(payloadOf(payload))
    port.on('message', (value) => arrivals.add(value))
    return (items) => arrivals.expect(items)
  },
  far: (port, { payload }) => sendEachSync(payloadOf(payload), (value) => port.postMessage(value)),
})

/** The next trip begins in the event that ends the one before. */
const trip = ends<Port, Port>({
  open: ports,
  near: (port) => {
    let arrived: (value: number) => void = () => {}
    port.on('message', (value: number) => arrived(value))
    return (items) =>
      askByEvents(items, port, (next) => {
        arrived = next
      })
  },
  far: (port) => {
    let left = 0 // Below 0 while more have come than are expected.
    let done: () => void = () => {}
    port.on('message', (value: number) => {
      port.postMessage(value)
      if (--left === 0) done()
    })
    return (items) =>
      new Promise<void>((resolve) => {
        done = resolve
        left += items
        if (left === 0) done()
      })
  },
})

function askByEvents(items: number, port: Port, listen: (arrived: (value: number) => void) => void): Promise<Tally> {
  const latenciesMs = new Float64Array(items)
  let received = 0
  let sum = 0
  return new Promise((resolve) => {
    let start = performance.now()
    listen((value) => {
      latenciesMs[received++] = performance.now() - start
      sum += value
      if (received === items) return resolve({ received, sum, latenciesMs })
      start = performance.now()
      port.postMessage(received)
    })
    port.postMessage(0)
  })
}

/** `postMessage` on a port, a value at a time. */
export const contender: SharedContender = {
  name: 'postMessage',
  kind: 'baseline',
  note: 'a message a value, taken in an event, never awaited or blocked for; not bounded',
  routes: {
    'u32-await': oneByOne,
    'u32-batch': oneByOne,
    'u32-sync': oneByOne,
    '64-await': oneByOne,
    '64-sync': oneByOne,
    '64-batch': oneByOne,
    '1k-borrow': oneByOne,
    '1k-copy': oneByOne,
    'object-await': oneByOne,
    'object-sync': oneByOne,
    'object-batch': oneByOne,
    'trip-await-block': trip,
    'trip-block-block': trip,
    'trip-await-await': trip,
  },
}
