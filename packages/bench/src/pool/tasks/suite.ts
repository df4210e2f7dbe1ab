/** What a limit on async functions costs: a task each, a map over many items, and the benchmarks of the Rust pool this one descends from. */
import { setImmediate as turn } from 'node:timers/promises'
import { taskPool } from '@millrace/pool'
import asyncLibrary from 'async'
import { Effect } from 'effect'
import pMap from 'p-map'
import { LostValuesError } from '../../child.ts'
import type { Kind } from '../../contender.ts'
import type { Figures, Prepared, Trial, TrialSection, Trials } from '../../trial.ts'
import { LIMITERS } from './limiters.ts'

const LIMIT = 100
const MANY = 5_000_000
const HANDED_IN = 10_000

const RATE = [{ name: 'rate', unit: 'items/s' }] as const
const section = (name: string, title: string): TrialSection => ({ name, title, reference: 'millrace', metrics: RATE })

/** What a task does: nothing, in microtasks, or a turn of the event loop. */
const BODIES = {
  micro: async (n: number): Promise<number> => n,
  immediate: async (n: number): Promise<number> => {
    await turn()
    return n
  },
} as const

const COUNTS = [1_000, 10_000, 100_000] as const

/** The suite. */
export const suite: Trials = {
  module: new URL(import.meta.url),
  sections: [
    ...COUNTS.map((count) =>
      section(`run-${count}`, `${count} tasks that do nothing, ${LIMIT} at a time, all awaited`),
    ),
    section('run-immediate', `100,000 tasks of a turn each, ${LIMIT} at a time, all awaited`),
    {
      ...section(`run-${MANY}`, `${MANY} tasks that do nothing, ${LIMIT} at a time, ${HANDED_IN} handed in at a time`),
      isLong: true,
    },
    section('map', `map over 100,000 items, ${LIMIT} at a time`),
    section('batch', 'batches of 500 of 50,000 items'),
    section('stream-batch', '10,000 items as a stream, 1,000 at a time, and in batches of 500'),
    section('stream', `a stream of 10,000 results, ${LIMIT} at a time`),
    {
      name: 'latency',
      title: 'one task while 1,000 sleep, with room for it',
      reference: 'millrace',
      metrics: [{ name: 'time', unit: 'µs' }],
    },
  ],
  trials: [
    ...COUNTS.flatMap((count) => limited(`run-${count}`, count, BODIES.micro)),
    ...COUNTS.map((count) => floor(`run-${count}`, count)),
    ...limited('run-immediate', 100_000, BODIES.immediate),
    ...many(),
    ...maps(),
    ...ours('batch', 50_000, (items) => taskPool({ concurrency: LIMIT }).batch(items, 500, async (all) => all)),
    ...ours('stream-batch', 10_000, (items) => streamed(items, 1_000)),
    ...ours(
      'stream-batch',
      10_000,
      (items) => taskPool({ concurrency: 1_000 }).batch(items, 500, async (all) => all),
      'millrace, batches',
    ),
    ...ours('stream', 10_000, (items) => streamed(items, LIMIT)),
    ...latencies(),
  ],
}

function limited(name: string, count: number, body: (n: number) => Promise<number>): Trial[] {
  return LIMITERS.map(({ name: contender, kind, note, make }) => ({
    section: name,
    contender,
    kind,
    note,
    prepare() {
      const limit = make(LIMIT)
      return measured(count, (items) => Promise.all(items.map((n) => limit(() => body(n)))))
    },
  }))
}

/** So many that their answers are not kept: their sum tells whether all came. */
function many(): Trial[] {
  return LIMITERS.map(({ name: contender, kind, note, make }) => ({
    section: `run-${MANY}`,
    contender,
    kind,
    note,
    prepare() {
      const limit = make(LIMIT)
      return {
        async run(): Promise<Figures> {
          const began = performance.now()
          let sum = 0
          for (let at = 0; at < MANY; at += HANDED_IN) {
            const answers = Array.from({ length: HANDED_IN }, (_, i) => limit(() => BODIES.micro(at + i)))
            for (const answer of answers) sum += await answer
          }
          const ms = performance.now() - began
          if (sum !== (MANY * (MANY - 1)) / 2) throw new LostValuesError(`the answers add up to ${sum}`)
          return { rate: (MANY / ms) * 1_000 }
        },
      }
    },
  }))
}

/** A hundred loops over the items: no task, no cancellation, no error but one. */
function floor(name: string, count: number): Trial {
  const prepare = () => measured(count, pulled)
  return { section: name, contender: '100 loops', kind: 'floor', prepare }
}

async function pulled(items: readonly number[]): Promise<number[]> {
  const results = new Array<number>(items.length)
  let next = 0
  const loop = async (): Promise<void> => {
    for (let i = next++; i < items.length; i = next++) results[i] = await BODIES.micro(items[i] as number)
  }
  await Promise.all(Array.from({ length: LIMIT }, loop))
  return results
}

function maps(): Trial[] {
  const one = (contender: string, kind: Kind, run: (items: readonly number[]) => Promise<number[]>): Trial => ({
    section: 'map',
    contender,
    kind,
    prepare: () => measured(100_000, run),
  })
  return [
    one('millrace', 'ours', (items) => taskPool({ concurrency: LIMIT }).map(items, BODIES.micro)),
    one('p-map', 'peer', (items) => pMap(items, BODIES.micro, { concurrency: LIMIT })),
    one('effect', 'peer', (items) =>
      Effect.runPromise(Effect.forEach(items, (n) => Effect.promise(() => BODIES.micro(n)), { concurrency: LIMIT })),
    ),
    one('async.mapLimit', 'peer', async (items) => asyncLibrary.mapLimit([...items], LIMIT, async (n: number) => n)),
    one('100 loops', 'floor', pulled),
  ]
}

function ours(
  name: string,
  count: number,
  run: (items: readonly number[]) => Promise<number[]>,
  contender = 'millrace',
): Trial[] {
  return [{ section: name, contender, kind: 'ours', prepare: () => measured(count, run) }]
}

async function streamed(items: readonly number[], concurrency: number): Promise<number[]> {
  const results: number[] = []
  for await (const n of taskPool({ concurrency }).stream(items, BODIES.micro)) results.push(n)
  return results
}

function latencies(): Trial[] {
  return LIMITERS.map(({ name: contender, kind, note, make }) => ({
    section: 'latency',
    contender,
    kind,
    note,
    prepare() {
      const limit = make(2_000)
      let isOver = false
      const sleep = async (): Promise<void> => {
        while (!isOver) await limit(() => new Promise((resolve) => setTimeout(resolve, 10)))
      }
      for (let i = 0; i < 1_000; i++) void sleep()
      return {
        async run(): Promise<Figures> {
          const began = performance.now()
          for (let i = 0; i < 100; i++) await limit(() => BODIES.micro(i))
          return { time: ((performance.now() - began) / 100) * 1_000 }
        },
        close: () => {
          isOver = true
        },
      }
    },
  }))
}

function measured(count: number, run: (items: readonly number[]) => Promise<number[]>): Prepared {
  const items = Array.from({ length: count }, (_, i) => i)
  return {
    async run(): Promise<Figures> {
      const began = performance.now()
      const results = await run(items)
      const ms = performance.now() - began
      const wrong = items.findIndex((n) => results[n] !== n)
      if (wrong >= 0 || results.length !== count)
        throw new LostValuesError(`item ${wrong} was answered ${results[wrong]}`)
      return { rate: (count / ms) * 1_000 }
    },
  }
}
