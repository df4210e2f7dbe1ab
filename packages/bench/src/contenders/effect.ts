import { type Cause, Effect, Exit, Queue, Stream } from 'effect'
import type { Contender } from '../contender.ts'
import { BATCH, type Load, quotaOf, type Tally } from '../topology.ts'

// Fibers in place of async functions: this is how an effect program would be written.

function flow({ items, capacity, producers, consumers }: Load): Promise<Tally> {
  const share = items / producers
  let received = 0
  let sum = 0
  const program = Effect.gen(function* () {
    const queue = yield* Queue.bounded<number>(capacity)
    const produce = Effect.fnUntraced(function* (first: number) {
      for (let value = first; value < first + share; value++) yield* Queue.offer(queue, value)
    })
    const consume = Effect.fnUntraced(function* (quota: number) {
      for (let i = 0; i < quota; i++) {
        const value = yield* Queue.take(queue)
        sum += value
        received++
      }
    })
    const fibers: Effect.Effect<void>[] = []
    for (let c = 0; c < consumers; c++) fibers.push(consume(quotaOf(c, items, consumers)))
    for (let p = 0; p < producers; p++) fibers.push(produce(p * share))
    yield* Effect.all(fibers, { concurrency: 'unbounded', discard: true })
    return { received, sum }
  })
  return Effect.runPromise(program)
}

function batch({ items, capacity }: Load): Promise<Tally> {
  let received = 0
  let sum = 0
  const program = Effect.gen(function* () {
    const queue = yield* Queue.bounded<number>(capacity)
    const produce = Effect.gen(function* () {
      for (let value = 0; value < items; value++) yield* Queue.offer(queue, value)
    })
    const consume = Effect.gen(function* () {
      while (received < items) {
        const values = yield* Queue.takeBetween(queue, 1, BATCH)
        received += values.length
        for (const value of values) sum += value
      }
    })
    yield* Effect.all([consume, produce], { concurrency: 'unbounded', discard: true })
    return { received, sum }
  })
  return Effect.runPromise(program)
}

function pingPong({ items, capacity }: Load): Promise<Tally> {
  const latenciesMs = new Float64Array(items)
  let received = 0
  let sum = 0
  const program = Effect.gen(function* () {
    const there = yield* Queue.bounded<number>(capacity)
    const back = yield* Queue.bounded<number>(capacity)
    const answer = Effect.gen(function* () {
      for (let i = 0; i < items; i++) yield* Queue.offer(back, yield* Queue.take(there))
    })
    const ask = Effect.gen(function* () {
      for (let i = 0; i < items; i++) {
        const start = performance.now()
        yield* Queue.offer(there, i)
        const value = yield* Queue.take(back)
        latenciesMs[i] = performance.now() - start
        received++
        sum += value
      }
    })
    yield* Effect.all([answer, ask], { concurrency: 'unbounded', discard: true })
    return { received, sum, latenciesMs }
  })
  return Effect.runPromise(program)
}

async function iterate({ items, capacity }: Load): Promise<Tally> {
  let received = 0
  let sum = 0
  const queue = await Effect.runPromise(Queue.bounded<number, Cause.Done>(capacity))
  const produce = Effect.gen(function* () {
    for (let value = 0; value < items; value++) yield* Queue.offer(queue, value)
    yield* Queue.end(queue)
  })
  const producer = Effect.runPromise(produce)
  for await (const value of Stream.toAsyncIterable(Stream.fromQueue(queue))) {
    received++
    sum += value
  }
  await producer
  return { received, sum }
}

async function seq({ items, capacity }: Load): Promise<Tally> {
  const queue = await Effect.runPromise(Queue.bounded<number>(capacity))
  let sent = 0
  let received = 0
  let sum = 0
  while (sent < items) {
    const end = Math.min(items, sent + capacity)
    while (sent < end && Queue.offerUnsafe(queue, sent)) sent++
    for (let exit = Queue.takeUnsafe(queue); exit !== undefined; exit = Queue.takeUnsafe(queue)) {
      if (!Exit.isSuccess(exit)) return { received, sum }
      received++
      sum += exit.value
    }
  }
  return { received, sum }
}

/** `Queue.bounded` of effect. */
export const contender: Contender = {
  name: 'effect',
  kind: 'peer',
  note: 'fibers in place of promises: nothing is awaited, the event loop is left to its own scheduler',
  drives: { spsc: flow, mpsc: flow, mpmc: flow, iterate, batch, seq, 'ping-pong': pingPong },
}
