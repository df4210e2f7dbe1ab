import { Effect, Queue } from 'effect'
import type { Contender } from '../contender.ts'
import { batchesOf, type Load, type Tally } from '../topology.ts'

/** Producers offer value by value, the only consumer takes all there is. */
function flow({ items, capacity, producers }: Load): Promise<Tally> {
  const share = items / producers
  return collect(items, capacity, (queue) =>
    Array.from({ length: producers }, (_, p) =>
      Effect.gen(function* () {
        const end = (p + 1) * share
        for (let value = p * share; value < end; value++) yield* Queue.offer(queue, value)
      }),
    ),
  )
}

/** Batches are offered by `offerAll`. */
function many({ items, capacity }: Load): Promise<Tally> {
  return collect(items, capacity, (queue) => [
    Effect.gen(function* () {
      for (const values of batchesOf(items)) yield* Queue.offerAll(queue, values)
    }),
  ])
}

function collect(
  items: number,
  capacity: number,
  produce: (queue: Queue.Queue<number>) => Effect.Effect<void>[],
): Promise<Tally> {
  let received = 0
  let sum = 0
  const program = Effect.gen(function* () {
    const queue = yield* Queue.bounded<number>(capacity)
    const consume = Effect.gen(function* () {
      while (received < items) {
        const values = yield* Queue.takeAll(queue)
        received += values.length
        for (const value of values) sum += value
      }
    })
    yield* Effect.all([consume, ...produce(queue)], { concurrency: 'unbounded', discard: true })
    return { received, sum }
  })
  return Effect.runPromise(program)
}

/** `Queue.bounded` of effect, emptied by `takeAll`. Several consumers would not know who takes the last, so there is one. */
export const contender: Contender = {
  name: 'effect-take-all',
  kind: 'peer',
  note: 'as effect, but the consumer takes all that is there at once, and arrays are offered by offerAll',
  drives: { spsc: flow, mpsc: flow, many },
}
