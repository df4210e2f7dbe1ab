/** Libraries with stages, each as it is used: three stages over a source. */
import { Readable } from 'node:stream'
import { from as ours } from '@millrace/pipeline'
import { Effect, Stream } from 'effect'
import { map, pipeAsync, toAsync, waitRace } from 'iter-ops'
import { pMapIterable } from 'p-map'
import { lastValueFrom, mergeMap, from as observable, toArray } from 'rxjs'
import { parallelMap, pipeline as piped, transform } from 'streaming-iterables'
import type { Kind } from '../contender.ts'

/** What a stage does with an item. */
export type Step = (item: number) => number | Promise<number>

/** How the stages run. */
export interface How {
  readonly concurrency: number
  readonly ordered: boolean
}

/** A library. */
export interface Library {
  readonly name: string
  readonly kind: Kind
  readonly note?: string | undefined
  /** The orders it can keep. */
  readonly orders: readonly ('ordered' | 'unordered')[]
  /** Runs the items through all steps, and gives what comes out. */
  run(items: Iterable<number>, steps: readonly Step[], how: How): Promise<number[]>
}

const BOTH = ['ordered', 'unordered'] as const

/** Ours, with so much buffer for each stage, or with a budget for all. */
export function millrace(
  name: string,
  buffer: (concurrency: number) => number,
  { inFlight, source = 0, forAwait = false }: Other = {},
): Library {
  return {
    name,
    kind: 'ours',
    orders: BOTH,
    run(items, steps, how) {
      let pipeline = ours(items).buffer(source)
      for (const step of steps) pipeline = pipeline.map(step, how).buffer(buffer(how.concurrency))
      return forAwait ? collect(pipeline) : pipeline.toArray({ inFlight: inFlight?.(how.concurrency) })
    },
  }
}

/** How else ours may run. */
interface Other {
  readonly inFlight?: (concurrency: number) => number
  /** So many items are fetched ahead. */
  readonly source?: number
  /** Whether results are taken one by one. */
  readonly forAwait?: boolean
}

/** The others. */
export const PEERS: readonly Library[] = [
  {
    name: 'p-map',
    kind: 'peer',
    orders: BOTH,
    note: 'pMapIterable, its default backpressure',
    async run(items, steps, { concurrency, ordered }) {
      let source: AsyncIterable<number> | Iterable<number> = items
      for (const step of steps)
        source = pMapIterable(source, async (n: number) => step(n), { concurrency, preserveOrder: ordered } as object)
      return collect(source as AsyncIterable<number>)
    },
  },
  {
    name: 'streaming-iterables',
    kind: 'peer',
    orders: BOTH,
    run(items, steps, { concurrency, ordered }) {
      const stage = ordered ? parallelMap : transform
      const stages = steps.map((step) => stage(concurrency, async (n: number) => step(n)))
      return collect(piped(() => items, ...(stages as [never])) as AsyncIterable<number>)
    },
  },
  {
    name: 'Node Readable.map',
    kind: 'peer',
    orders: ['ordered'],
    run(items, steps, { concurrency }) {
      let stream = Readable.from(items)
      for (const step of steps) stream = stream.map(async (n: number) => step(n), { concurrency })
      return stream.toArray() as Promise<number[]>
    },
  },
  {
    name: 'iter-ops',
    kind: 'peer',
    orders: ['unordered'],
    note: 'map and waitRace',
    run(items, steps, { concurrency }) {
      let source: AsyncIterable<number> = toAsync(items)
      for (const step of steps) {
        source = pipeAsync(
          source,
          map(async (n) => step(n)),
          waitRace(concurrency),
        )
      }
      return collect(source)
    },
  },
  {
    name: 'rxjs',
    kind: 'peer',
    orders: ['unordered'],
    note: 'mergeMap: its queues have no bound',
    run(items, steps, { concurrency }) {
      const [a, b, c] = steps.map((step) => mergeMap(async (n: number) => step(n), concurrency))
      return lastValueFrom(observable(items).pipe(a as never, b as never, c as never, toArray())) as Promise<number[]>
    },
  },
  {
    name: 'effect',
    kind: 'peer',
    orders: BOTH,
    note: 'takes 4,096 items of an iterable at a time',
    run(items, steps, { concurrency, ordered }) {
      let stream: Stream.Stream<number> = Stream.fromIterable(items)
      for (const step of steps) {
        stream = Stream.mapEffect(stream, (n) => Effect.promise(async () => step(n)), {
          concurrency,
          unordered: !ordered,
        })
      }
      return Effect.runPromise(Stream.runCollect(stream)).then((all) => [...all])
    },
  },
]

async function collect(items: AsyncIterable<number>): Promise<number[]> {
  const all: number[] = []
  for await (const item of items) all.push(item)
  return all
}
