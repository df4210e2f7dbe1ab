import fastq from 'fastq'
import type { Contender } from '../contender.ts'
import type { Load, Tally } from '../topology.ts'

/** The consumer of fastq is a function, `consumers` of which run at a time; a producer past `capacity` waits for its own task. */
async function flow({ items, capacity, producers, consumers }: Load): Promise<Tally> {
  let received = 0
  let sum = 0
  const queue = fastq.promise(async (value: number) => {
    received++
    sum += value
  }, consumers)
  const share = items / producers
  const produce = async (first: number): Promise<void> => {
    for (let value = first; value < first + share; value++) {
      const done = queue.push(value)
      if (queue.length() >= capacity) await done
    }
  }
  await Promise.all(Array.from({ length: producers }, (_, p) => produce(p * share)))
  await queue.drained()
  return { received, sum }
}

async function pingPong({ items }: Load): Promise<Tally> {
  const latenciesMs = new Float64Array(items)
  let received = 0
  let sum = 0
  const queue = fastq.promise(async (value: number) => value, 1)
  for (let i = 0; i < items; i++) {
    const start = performance.now()
    const value = await queue.push(i)
    latenciesMs[i] = performance.now() - start
    received++
    sum += value
  }
  return { received, sum, latenciesMs }
}

/** `fastq.promise` of fastq. */
export const contender: Contender = {
  name: 'fastq',
  kind: 'peer',
  note: 'a work queue: the consumer is a function it calls; not bounded, so the producer watches its length; a round trip is one call',
  drives: { spsc: flow, mpsc: flow, mpmc: flow, 'ping-pong': pingPong },
}
