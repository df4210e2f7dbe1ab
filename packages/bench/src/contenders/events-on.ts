import { EventEmitter, on } from 'node:events'
import type { Contender } from '../contender.ts'
import type { Load, Tally } from '../topology.ts'

/** A drive of its own, since what is iterated are the events: arrays of one value. To unwrap them before would cost extra. */
async function iterate({ items }: Load): Promise<Tally> {
  const emitter = new EventEmitter()
  const events: AsyncIterable<number[]> = on(emitter, 'value', { close: ['end'] })
  let received = 0
  let sum = 0
  const produce = async (): Promise<void> => {
    for (let value = 0; value < items; value++) {
      emitter.emit('value', value)
      await undefined
    }
    emitter.emit('end')
  }
  const producer = produce()
  for await (const [value] of events) {
    received++
    sum += value ?? Number.NaN
  }
  await producer
  return { received, sum }
}

/** `events.on` of Node. Its iterator is the only way to read, so `for await` is all it takes part in. */
export const contender: Contender = {
  name: 'events.on',
  kind: 'peer',
  note: 'not bounded and without backpressure: the producer awaits nothing but a microtask',
  drives: { iterate },
}
