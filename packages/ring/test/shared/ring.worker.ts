/** A thread at one end of a ring. */
import { once } from 'node:events'
import { parentPort, workerData } from 'node:worker_threads'
import {
  attachRecordProducer,
  attachSlabRing,
  attachSlotRing,
  attachSpscConsumer,
  attachSpscProducer,
} from '../../src/shared.ts'
import { type Job, readValue, type Tally, until, valueBytes } from './job.ts'

const job = workerData as Job
const run = open()
parentPort?.postMessage('attached')
await once(parentPort as NonNullable<typeof parentPort>, 'message')
if (job.role === 'hold') parentPort?.on('message', () => {}) // It does not end by itself.
parentPort?.postMessage(run())

/** Attaches, and answers what is to be done once all have. */
function open(): () => Tally | string {
  switch (job.role) {
    case 'push': {
      const ring = attachSlotRing(job.handle)
      return () => push((value) => ring.push(value), ring)
    }
    case 'pop': {
      const ring = attachSlotRing(job.handle)
      return () => pop(() => ring.pop(), ring)
    }
    case 'push bytes': {
      const ring = attachSlotRing(job.handle)
      return () => push((value) => ring.push(valueBytes(value)), ring)
    }
    case 'produce': {
      const producer = attachSpscProducer(job.handle)
      return () => push((value) => producer.push(value), producer)
    }
    case 'consume': {
      const consumer = attachSpscConsumer(job.handle)
      return () => pop(() => consumer.pop(), consumer)
    }
    case 'push records': {
      const producer = attachRecordProducer(job.handle)
      return () => push((value) => producer.push(valueBytes(value)), producer)
    }
    case 'publish': {
      const ring = attachSlabRing(job.handle)
      const publish = (value: number) => {
        const block = until(() => ring.claim())
        block.bytes.set(valueBytes(value))
        return until(() => block.publish(valueBytes(value).length))
      }
      return () => push(publish, ring)
    }
    case 'take': {
      const ring = attachSlabRing(job.handle)
      const take = () => {
        const block = ring.take()
        const value = block && readValue(block.bytes)
        block?.[Symbol.dispose]() // By hand: Node 22 has no `using`, and nothing transforms this file.
        return value
      }
      return () => pop(take, ring)
    }
    case 'hold': {
      const ring = attachSlabRing(job.handle)
      return () => {
        const blocks = [ring.take(), ring.take(), ring.claim()]
        return blocks.map((block) => block?.bytes.length).join()
      }
    }
  }
}

function push(put: (value: number) => boolean, end: Disposable): Tally {
  const { from, count } = job
  for (let value = from; value < from + count; value++) until(() => put(value))
  end[Symbol.dispose]()
  return { count, sum: 0 }
}

function pop(take: () => number | undefined, end: Disposable): Tally {
  let sum = 0
  for (let i = 0; i < job.count; i++) sum += until(take)
  end[Symbol.dispose]()
  return { count: job.count, sum }
}
