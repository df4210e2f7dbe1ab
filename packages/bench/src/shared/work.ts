/**
 * What one thread does in a run of `items` values, whoever moves them. The two ends of a link are two pieces of work.
 *
 *     far                              near
 *     sendEach, sendEachSync,     ─▶   takeEach, takeEachSync, takeMany, count   what arrived
 *     sendBatches
 *     answer, answerSync          ◀─▶  ask, askSync                              also the time of each round trip
 *
 * INVARIANT  near ends after as many values as were sent, whole or not; only whole ones are counted.
 */
import type { Tally } from '../topology.ts'
import type { Payload } from './payload.ts'

/** The part of the sending or answering thread. */
export type FarWork = (items: number) => unknown

/** The part of the thread that counts. */
export type NearWork = (items: number) => Promise<Tally> | Tally

/** Sends one by one, each awaited. */
export function sendEach<T>({ make }: Payload<T>, send: (value: T) => unknown): FarWork {
  return async (items) => {
    for (let i = 0; i < items; i++) await send(make(i))
  }
}

/** Sends one by one; `send` blocks while there is no room. */
export function sendEachSync<T>({ make }: Payload<T>, send: (value: T) => void): FarWork {
  return (items) => {
    for (let i = 0; i < items; i++) send(make(i))
  }
}

/** Sends arrays of at most `batch` values, each awaited. */
export function sendBatches<T>({ makeMany }: Payload<T>, batch: number, sendMany: (values: T[]) => unknown): FarWork {
  return async (items) => {
    for (let first = 0; first < items; first += batch) await sendMany(makeMany(first, Math.min(batch, items - first)))
  }
}

/** Takes one by one, each awaited. */
export function takeEach<T>({ read }: Payload<T>, receive: () => PromiseLike<T>): NearWork {
  return async (items) => {
    let received = 0
    let sum = 0
    for (let i = 0; i < items; i++) {
      const number = read(await receive())
      if (!(number >= 0)) continue
      received++
      sum += number
    }
    return { received, sum }
  }
}

/** Takes one by one; `receive` blocks while there is no value. */
export function takeEachSync<T>({ read }: Payload<T>, receive: () => T): NearWork {
  return (items) => {
    let received = 0
    let sum = 0
    for (let i = 0; i < items; i++) {
      const number = read(receive())
      if (!(number >= 0)) continue
      received++
      sum += number
    }
    return { received, sum }
  }
}

/** Takes arrays, each awaited. An empty one ends it. */
export function takeMany<T>(
  { read }: Payload<T>,
  receiveMany: () => PromiseLike<ArrayLike<T>> | ArrayLike<T>,
): NearWork {
  return async (items) => {
    let received = 0
    let sum = 0
    for (let taken = 0; taken < items; ) {
      const values = await receiveMany()
      if (values.length === 0) break
      taken += values.length
      for (let i = 0; i < values.length; i++) {
        const number = read(values[i] as T)
        if (!(number >= 0)) continue
        received++
        sum += number
      }
    }
    return { received, sum }
  }
}

/** Counts what is handed over by events, which may come before it is known how many there will be. */
export class Arrivals<T> {
  readonly #read: (value: T) => number
  /** Below 0 while more have come than are expected. */
  #left = 0
  #received = 0
  #sum = 0
  #done: (tally: Tally) => void = () => {}

  constructor({ read }: Payload<T>) {
    this.#read = read
  }

  /** Resolves when `items` values have come. */
  expect(items: number): Promise<Tally> {
    return new Promise((resolve) => {
      this.#done = resolve
      this.#left += items
      if (this.#left === 0) this.#end()
    })
  }

  add(value: T): void {
    const number = this.#read(value)
    if (number >= 0) {
      this.#received++
      this.#sum += number
    }
    if (--this.#left === 0) this.#end()
  }

  #end(): void {
    this.#done({ received: this.#received, sum: this.#sum })
    this.#received = 0
    this.#sum = 0
  }
}

/** Round trips, one after the other, each begun when the one before is back. */
export function ask(send: (value: number) => unknown, receive: () => PromiseLike<number>): NearWork {
  return async (items) => {
    const latenciesMs = new Float64Array(items)
    let sum = 0
    for (let i = 0; i < items; i++) {
      const start = performance.now()
      await send(i)
      sum += await receive()
      latenciesMs[i] = performance.now() - start
    }
    return { received: items, sum, latenciesMs }
  }
}

/** Round trips whose both operations block. */
export function askSync(send: (value: number) => unknown, receive: () => number): NearWork {
  return (items) => {
    const latenciesMs = new Float64Array(items)
    let sum = 0
    for (let i = 0; i < items; i++) {
      const start = performance.now()
      send(i)
      sum += receive()
      latenciesMs[i] = performance.now() - start
    }
    return { received: items, sum, latenciesMs }
  }
}

/** Sends every value back. */
export function answer(receive: () => PromiseLike<number>, send: (value: number) => unknown): FarWork {
  return async (items) => {
    for (let i = 0; i < items; i++) await send(await receive())
  }
}

/** Sends every value back; both operations block. */
export function answerSync(receive: () => number, send: (value: number) => unknown): FarWork {
  return (items) => {
    for (let i = 0; i < items; i++) send(receive())
  }
}
