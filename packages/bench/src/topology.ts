/**
 * Who sends to whom. A topology is a drive that moves `items` values through a link and counts what arrived.
 *
 *     seq        one task fills the link and drains it, over and over; nobody waits
 *     spsc       1 ─▶ link ─▶ 1           every operation is awaited
 *     mpsc       n ─▶ link ─▶ 1
 *     mpmc       n ─▶ link ─▶ n
 *     iterate    1 ─▶ link ─▶ for await   ended by closing
 *     spsc-try   1 ─▶ link ─▶ 1           tried first, awaited only where there is no room or no value; mpmc-try likewise
 *     batch      1 ─▶ link ─▶ 1           the consumer takes what is there, at most 128 values
 *     many       1 ─▶ link ─▶ 1           the producer sends arrays of 128 as well
 *     ping-pong  1 ─▶ link ─▶ 1 ─▶ link ─▶ back; each round trip is timed
 *
 * INVARIANT  the values of one run are 0 … items - 1, each sent once; so count and sum tell whether all arrived.
 * INVARIANT  a drive knows nothing about who implements the link: what is around the link costs every contender the same.
 */

/** A topology by name. */
export type TopologyName =
  | 'seq'
  | 'spsc'
  | 'mpsc'
  | 'mpmc'
  | 'spsc-try'
  | 'mpmc-try'
  | 'iterate'
  | 'batch'
  | 'many'
  | 'ping-pong'

/** How much to move, and through what. `items` is a multiple of `producers`. */
export interface Load {
  readonly items: number
  readonly capacity: number
  readonly producers: number
  readonly consumers: number
}

/** What arrived. */
export interface Tally {
  readonly received: number
  readonly sum: number
  /** Of each round trip, in milliseconds; ping-pong only. */
  readonly latenciesMs?: Float64Array | undefined
}

/** One run of a topology. */
export type Drive = (load: Load) => Promise<Tally>

/** What a contender can do, by topology. */
export type Drives = Partial<Record<TopologyName, Drive>>

/** A link whose operations are awaited. What `send` returns is awaited whatever it is. */
export interface Link {
  send(value: number): unknown
  receive(): PromiseLike<number | undefined> | number | undefined
}

/** A link that never waits. */
export interface SyncLink {
  /** Whether the value was taken. */
  trySend(value: number): boolean
  tryReceive(): number | undefined
}

/** A link that is read by `for await` until it is closed. */
export interface IterableLink {
  send(value: number): unknown
  close(): unknown
  readonly values: AsyncIterable<number>
}

/** A link that is emptied in batches. */
export interface BatchLink {
  send(value: number): unknown
  receiveMany(max: number): PromiseLike<readonly number[]>
}

/** A link that takes and gives arrays. */
export interface ManyLink {
  sendMany(values: readonly number[]): unknown
  close(): unknown
  batches(max: number): AsyncIterable<readonly number[]>
}

/** The most values a batch holds. */
export const BATCH = 128

/** The drives of a link with `send` and `receive`. Where others try first, this one awaits: see `tryFirst`. */
export function flow(
  open: (capacity: number) => Link,
): Record<'spsc' | 'mpsc' | 'mpmc' | 'spsc-try' | 'mpmc-try', Drive> {
  const run: Drive = (load) => flowOnce(load, open(load.capacity))
  return { spsc: run, mpsc: run, mpmc: run, 'spsc-try': run, 'mpmc-try': run }
}

/** The drives of a link that is tried first, and awaited only where there is no room or no value. */
export function tryFirst(open: (capacity: number) => Link & SyncLink): Record<'spsc-try' | 'mpmc-try', Drive> {
  const run: Drive = (load) => tryOnce(load, open(load.capacity))
  return { 'spsc-try': run, 'mpmc-try': run }
}

/** The drive of a link that takes and gives arrays. */
export function many(open: (capacity: number) => ManyLink): Record<'many', Drive> {
  return { many: (load) => manyOnce(load, open(load.capacity)) }
}

/** 0 … items - 1 in arrays of at most 128. It is one array, filled again: the link is measured, not the making of arrays. */
export function* batchesOf(items: number): Generator<readonly number[], void, undefined> {
  const values = Array.from({ length: Math.min(BATCH, items) }, () => 0)
  for (let first = 0; first < items; first += BATCH) {
    const count = Math.min(BATCH, items - first)
    if (count < values.length) values.length = count
    for (let i = 0; i < count; i++) values[i] = first + i
    yield values
  }
}

/** The latency drive of a link with `send` and `receive`. */
export function pingPong(open: (capacity: number) => Link): Record<'ping-pong', Drive> {
  return { 'ping-pong': (load) => pingPongOnce(load, open(load.capacity), open(load.capacity)) }
}

/** The drive of a link with `trySend` and `tryReceive`. */
export function seq(open: (capacity: number) => SyncLink): Record<'seq', Drive> {
  return { seq: (load) => seqOnce(load, open(load.capacity)) }
}

/** The drive of a link that is an async iterable. */
export function iterate(open: (capacity: number) => IterableLink): Record<'iterate', Drive> {
  return { iterate: (load) => iterateOnce(load, open(load.capacity)) }
}

/** The drive of a link that is emptied in batches. */
export function batch(open: (capacity: number) => BatchLink): Record<'batch', Drive> {
  return { batch: (load) => batchOnce(load, open(load.capacity)) }
}

async function flowOnce({ items, producers, consumers }: Load, link: Link): Promise<Tally> {
  const share = items / producers
  let received = 0
  let sum = 0
  const produce = async (first: number): Promise<void> => {
    for (let value = first; value < first + share; value++) await link.send(value)
  }
  const consume = async (quota: number): Promise<void> => {
    let count = 0
    let ownSum = 0
    for (; count < quota; count++) {
      const value = await link.receive()
      if (value === undefined) break
      ownSum += value
    }
    received += count
    sum += ownSum
  }
  const tasks: Promise<void>[] = []
  for (let c = 0; c < consumers; c++) tasks.push(consume(quotaOf(c, items, consumers)))
  for (let p = 0; p < producers; p++) tasks.push(produce(p * share))
  await Promise.all(tasks)
  return { received, sum }
}

async function tryOnce({ items, producers, consumers }: Load, link: Link & SyncLink): Promise<Tally> {
  const share = items / producers
  let received = 0
  let sum = 0
  const produce = async (first: number): Promise<void> => {
    for (let value = first; value < first + share; value++) if (!link.trySend(value)) await link.send(value)
  }
  const consume = async (quota: number): Promise<void> => {
    let count = 0
    let ownSum = 0
    for (; count < quota; count++) {
      const value = link.tryReceive() ?? (await link.receive())
      if (value === undefined) break
      ownSum += value
    }
    received += count
    sum += ownSum
  }
  const tasks: Promise<void>[] = []
  for (let c = 0; c < consumers; c++) tasks.push(consume(quotaOf(c, items, consumers)))
  for (let p = 0; p < producers; p++) tasks.push(produce(p * share))
  await Promise.all(tasks)
  return { received, sum }
}

/** The part of `items` that consumer `c` takes. Fixed, since not every link can tell its consumers that it is over. */
export function quotaOf(c: number, items: number, consumers: number): number {
  return Math.floor((items * (c + 1)) / consumers) - Math.floor((items * c) / consumers)
}

async function pingPongOnce({ items }: Load, there: Link, back: Link): Promise<Tally> {
  const latenciesMs = new Float64Array(items)
  let received = 0
  let sum = 0
  const answer = async (): Promise<void> => {
    for (let i = 0; i < items; i++) await back.send((await there.receive()) ?? Number.NaN)
  }
  const ask = async (): Promise<void> => {
    for (let i = 0; i < items; i++) {
      const start = performance.now()
      await there.send(i)
      const value = await back.receive()
      latenciesMs[i] = performance.now() - start
      if (value === undefined) break
      received++
      sum += value
    }
  }
  await Promise.all([answer(), ask()])
  return { received, sum, latenciesMs }
}

async function seqOnce({ items, capacity }: Load, link: SyncLink): Promise<Tally> {
  let sent = 0
  let received = 0
  let sum = 0
  while (sent < items) {
    const end = Math.min(items, sent + capacity)
    while (sent < end && link.trySend(sent)) sent++
    let value = link.tryReceive()
    if (value === undefined) break
    for (; value !== undefined; value = link.tryReceive()) {
      received++
      sum += value
    }
  }
  return { received, sum }
}

async function iterateOnce({ items }: Load, link: IterableLink): Promise<Tally> {
  let received = 0
  let sum = 0
  const produce = async (): Promise<void> => {
    for (let value = 0; value < items; value++) await link.send(value)
    await link.close()
  }
  const producer = produce()
  for await (const value of link.values) {
    received++
    sum += value
  }
  await producer
  return { received, sum }
}

async function batchOnce({ items }: Load, link: BatchLink): Promise<Tally> {
  let received = 0
  let sum = 0
  const produce = async (): Promise<void> => {
    for (let value = 0; value < items; value++) await link.send(value)
  }
  const consume = async (): Promise<void> => {
    while (received < items) {
      const values = await link.receiveMany(BATCH)
      if (values.length === 0) break
      received += values.length
      for (const value of values) sum += value
    }
  }
  await Promise.all([consume(), produce()])
  return { received, sum }
}

async function manyOnce({ items }: Load, link: ManyLink): Promise<Tally> {
  let received = 0
  let sum = 0
  const produce = async (): Promise<void> => {
    for (const values of batchesOf(items)) await link.sendMany(values)
    await link.close()
  }
  const producer = produce()
  for await (const values of link.batches(BATCH)) {
    received += values.length
    for (const value of values) sum += value
  }
  await producer
  return { received, sum }
}
