/** How near pipelines come to the ideal schedule, and what they cost for each item. */
import { LostValuesError } from '../child.ts'
import type { Metric, Unit } from '../result.ts'
import type { Figures, Prepared, Trial, TrialSection, Trials } from '../trial.ts'
import { type How, type Library, millrace, PEERS, type Step } from './contenders.ts'
import { PLAIN } from './plain.ts'
import { PolledTime } from './polled-time.ts'
import { threads, threadsSection } from './threads.ts'
import { VirtualTime } from './virtual-time.ts'
import { ITEMS, idealMs, WORKLOADS, type WorkloadName } from './workloads.ts'

/** The first is what ratios are of. */
const CONCURRENCIES = [16, 1, 4, 64, 256] as const
const ORDERS = ['unordered', 'ordered'] as const
type Order = (typeof ORDERS)[number]

/** Ours with several buffers; the last two are what the peers have, which keep what is finished in their stages. */
const OURS: readonly Library[] = [
  millrace('millrace', (c) => c),
  millrace('millrace, buffer 1', () => 1),
  millrace('millrace, buffer 64', () => 64),
  millrace('millrace, 6c in flight', () => 0, { inFlight: (c) => 6 * c }),
  millrace('millrace, buffer 128 before, between and behind', () => 128, { source: 128 }),
  millrace('millrace, no buffer', () => 0),
]

const OVERHEAD_ITEMS = 30_000
const REAL_CONCURRENCY = 256

/** The suite. */
export const suite: Trials = {
  module: new URL(import.meta.url),
  sections: [
    ...(Object.keys(WORKLOADS) as WorkloadName[]).flatMap((workload) =>
      ORDERS.map((order) => scheduleSection(workload, order)),
    ),
    ...ORDERS.map(realSection),
    ...(['async', 'sync'] as const).flatMap((kind) => ORDERS.map((order) => overheadSection(kind, order))),
    threadsSection,
  ],
  trials: [
    ...(Object.keys(WORKLOADS) as WorkloadName[]).flatMap((workload) =>
      ORDERS.flatMap((order) => schedules(workload, order)),
    ),
    ...ORDERS.flatMap(reals),
    ...(['async', 'sync'] as const).flatMap((kind) => ORDERS.flatMap((order) => overheads(kind, order))),
    ...threads,
  ],
}

function scheduleSection(workload: WorkloadName, order: Order): TrialSection {
  const what = workload === 'even' ? '5 to 10 ms' : '5 to 10 ms, every fifth 20'
  return {
    name: `${workload}-${order}`,
    title: `${ITEMS} items through three stages of ${what}, ${order}: time as a multiple of the ideal, by concurrency`,
    reference: 'millrace',
    metrics: columns(CONCURRENCIES, '× ideal'),
    forMs: 1,
  }
}

function schedules(workload: WorkloadName, order: Order): Trial[] {
  return able([...OURS, ...PEERS], order).map((library) => ({
    section: `${workload}-${order}`,
    contender: library.name,
    kind: library.kind,
    note: library.note,
    prepare: () => ({ run: () => scheduled(library, workload, order) }),
  }))
}

async function scheduled(library: Library, workload: WorkloadName, order: Order): Promise<Figures> {
  const durations = WORKLOADS[workload]
  const ordered = order === 'ordered'
  const figures: Record<string, number> = {}
  for (const concurrency of CONCURRENCIES) {
    const time = new VirtualTime()
    const steps = durations.map(
      (stage): Step =>
        (item) =>
          time.after(stage[item] as number, item),
    )
    const items = Array.from({ length: ITEMS }, (_, item) => item)
    const work = library.run(items, steps, { concurrency, ordered })
    const tookMs = await time.run(work)
    check(await work, ITEMS, ordered)
    figures[`c${concurrency}`] = tookMs / idealMs(durations, concurrency, ordered)
  }
  return figures
}

function realSection(order: Order): TrialSection {
  return {
    name: `real-${order}`,
    title: `${ITEMS} items through three stages of 5 to 10 ms in real time, ${order}, ${REAL_CONCURRENCY} at a time: time as a multiple of the ideal`,
    reference: 'millrace',
    metrics: [{ name: 'time', unit: '× ideal' }],
    forMs: 300,
  }
}

function reals(order: Order): Trial[] {
  const ordered = order === 'ordered'
  const durations = WORKLOADS.even
  const goal = idealMs(durations, REAL_CONCURRENCY, ordered)
  return able([millrace('millrace', (c) => c), ...PEERS], order).map((library) => ({
    section: `real-${order}`,
    contender: library.name,
    kind: library.kind,
    note: library.note,
    prepare: () => ({
      async run(): Promise<Figures> {
        const time = new PolledTime()
        const steps = durations.map(
          (stage): Step =>
            (item) =>
              time.after(stage[item] as number, item),
        )
        const items = Array.from({ length: ITEMS }, (_, item) => item)
        const beganMs = performance.now()
        const out = await library.run(items, steps, { concurrency: REAL_CONCURRENCY, ordered })
        const tookMs = performance.now() - beganMs
        check(out, ITEMS, ordered)
        return { time: tookMs / goal }
      },
    }),
  }))
}

function overheadSection(kind: 'async' | 'sync', order: Order): TrialSection {
  return {
    name: `${kind}-${order}`,
    title: `${OVERHEAD_ITEMS} items through three ${kind} functions that do nothing, ${order}, into an array, by concurrency`,
    reference: 'millrace',
    metrics: columns([16, 1, 256], 'items/s'),
  }
}

const BODIES: Readonly<Record<'async' | 'sync', readonly Step[]>> = {
  async: [async (n) => n + 1, async (n) => n * 2, async (n) => n - 2],
  sync: [(n) => n + 1, (n) => n * 2, (n) => n - 2],
}

function overheads(kind: 'async' | 'sync', order: Order): Trial[] {
  const none = (): number => 0
  const libraries = [
    millrace('millrace', none),
    millrace('millrace, for await', none, { forAwait: true }),
    ...PEERS,
    ...(kind === 'sync' ? PLAIN : []),
    fused(kind),
  ]
  return able(libraries, order).map((library) => ({
    section: `${kind}-${order}`,
    contender: library.name,
    kind: library.kind,
    note: library.note,
    prepare: () => overhead(library, BODIES[kind], order === 'ordered'),
  }))
}

function overhead(library: Library, steps: readonly Step[], ordered: boolean): Prepared {
  const items = Array.from({ length: OVERHEAD_ITEMS }, (_, item) => item)
  return {
    async run(): Promise<Figures> {
      const figures: Record<string, number> = {}
      for (const concurrency of [1, 16, 256]) {
        const began = performance.now()
        const out = await library.run(items, steps, { concurrency, ordered })
        figures[`c${concurrency}`] = (OVERHEAD_ITEMS / (performance.now() - began)) * 1_000
        check(
          out.map((n) => n / 2),
          OVERHEAD_ITEMS,
          ordered,
        )
      }
      return figures
    },
  }
}

/** As many loops as may run at a time, each with one item after the other: no stage, no order, no buffer. */
function fused(kind: 'async' | 'sync'): Library {
  return {
    name: 'a loop by hand',
    kind: 'floor',
    orders: ['unordered'],
    async run(items, [a, b, c], { concurrency }: How) {
      const iterator = items[Symbol.iterator]()
      const all: number[] = []
      const steps = [a, b, c] as Step[]
      const loop = async (): Promise<void> => {
        for (let next = iterator.next(); !next.done; next = iterator.next()) {
          let value = next.value
          for (const step of steps) value = kind === 'async' ? await step(value) : (step(value) as number)
          all.push(value)
        }
      }
      await Promise.all(Array.from({ length: concurrency }, loop))
      return all
    },
  }
}

function columns(concurrencies: readonly number[], unit: Unit): readonly [Metric, ...Metric[]] {
  const [first, ...others] = concurrencies.map((c): Metric => ({ name: `c${c}`, unit }))
  return [first as Metric, ...others]
}

function able(libraries: readonly Library[], order: Order): readonly Library[] {
  return libraries.filter(({ orders }) => orders.includes(order))
}

function check(out: readonly number[], count: number, ordered: boolean): void {
  const sorted = ordered ? out : [...out].sort((a, b) => a - b)
  const wrong = sorted.findIndex((item, i) => item !== i)
  if (out.length !== count || wrong >= 0)
    throw new LostValuesError(`${out.length} of ${count} items; item ${wrong} is ${sorted[wrong]}`)
}
