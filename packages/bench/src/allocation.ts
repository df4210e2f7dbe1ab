/**
 * What one item costs in memory: promises made and bytes allocated, of every contender that can do 1 → 1.
 *
 * Each is counted in a process of its own, promises in one and bytes in another, since counting promises makes some.
 *
 *     promises  the `init` calls of an async hook. While a hook listens, V8 makes one more promise for each `await` than
 *               it does otherwise: `await-floor` shows it, 3 in place of 1.
 *     bytes     the growth of the used heap over a run during which nothing is collected: the young generation is made
 *               large enough, and a run with a collection in it counts as failed.
 */
import { createHook } from 'node:async_hooks'
import { PerformanceObserver } from 'node:perf_hooks'
import { setImmediate as turn } from 'node:timers/promises'
import { answerParent, runInChild } from './child.ts'
import { type Contender, type Entry, loadContender } from './contender.ts'
import { runChecked } from './measure.ts'
import type { Row, Section } from './result.ts'
import { type Failure, interleave, type OnMeasured } from './run.ts'
import { SCENARIOS, type Scenario } from './scenario.ts'
import { summarize } from './statistics.ts'
import type { Drive } from './topology.ts'

/** How the allocation suite is run. */
export interface AllocationOptions {
  readonly rounds: number
  readonly timeoutMs: number
  /** The Node that measures; this one if not given. */
  readonly node?: string | undefined
  readonly onMeasured?: OnMeasured | undefined
}

/** What is counted an item. */
export type Counted = 'bytes' | 'promises'

interface AllocationJob {
  readonly module: string
  readonly scenario: string
  readonly counted: Counted
}

/** The scenarios in which memory is counted, by name. */
export const ALLOCATION_SCENARIOS: readonly Scenario[] = SCENARIOS.filter(({ name }) =>
  ['spsc', 'spsc-try', 'many'].includes(name),
)

const COUNTED: readonly Counted[] = ['bytes', 'promises']
const WARM_UP_MS = 400
/** So few that their sum is a small integer: a larger one is on the heap, and would be counted. */
const ITEMS = 50_000
/** What else lives on the heap grows in some runs too, as when the compiler ends its work: the median run counts. */
const BYTES_RUNS = 5

/** Counts for every contender that can do the topology of the scenario. */
export async function runAllocation(
  scenario: Scenario,
  entries: readonly Entry[],
  { rounds, timeoutMs, node, onMeasured }: AllocationOptions,
): Promise<Section> {
  const able = entries.filter(({ contender }) => contender.drives[scenario.topology] !== undefined)
  const names = new Map(able.map(({ contender, module }) => [contender.name, module.href]))
  const runs = new Map<Counted, Awaited<ReturnType<typeof interleave<number>>>>()
  for (const counted of COUNTED) {
    const count = (name: string) => {
      const job: AllocationJob = { module: names.get(name) ?? '', scenario: scenario.name, counted }
      return runInChild<number>(new URL(import.meta.url), job, timeoutMs, { node, flags: YOUNG_GENERATION })
    }
    runs.set(
      counted,
      await interleave([...names.keys()], count, { rounds, onMeasured: (...told) => onMeasured?.(counted, ...told) }),
    )
  }
  return {
    name: `allocation ${scenario.name}`,
    title: `an item, ${scenario.title}`,
    reference: scenario.reference,
    metrics: [
      { name: 'bytes', unit: 'bytes' },
      { name: 'promises', unit: 'promises' },
    ],
    rows: able.map(({ contender: { name, kind, note } }): Row => {
      const found = COUNTED.map((counted) => [counted, runs.get(counted)?.get(name)] as const)
      const failure = found.map(([, run]) => run?.failure).find((each): each is Failure => each !== undefined)
      if (failure !== undefined) return { contender: name, kind, note, metrics: {}, failure }
      const metrics = Object.fromEntries(found.map(([counted, run]) => [counted, summarize(run?.values ?? [])]))
      return { contender: name, kind, note, metrics }
    }),
  }
}

/** Large enough for everything a run allocates, in megabytes. */
const YOUNG_GENERATION: readonly string[] = ['--min-semi-space-size=512', '--max-semi-space-size=512']

/** Counts one thing of one contender, in this process. */
export function countAllocation(contender: Contender, scenario: Scenario, counted: Counted): Promise<number> {
  const drive = contender.drives[scenario.topology]
  if (drive === undefined) throw new TypeError(`${contender.name} has no drive for ${scenario.topology}`)
  return counted === 'bytes' ? countBytes(drive, scenario) : countPromises(drive, scenario)
}

async function countPromises(drive: Drive, scenario: Scenario): Promise<number> {
  let promises = 0
  const hook = createHook({
    init(_id, type) {
      if (type === 'PROMISE') promises++
    },
  }).enable()
  try {
    await runChecked(drive, scenario, ITEMS)
  } finally {
    hook.disable()
  }
  return promises / ITEMS
}

async function countBytes(drive: Drive, scenario: Scenario): Promise<number> {
  // Code that is not yet compiled allocates what compiled code does not.
  const end = performance.now() + WARM_UP_MS
  while (performance.now() < end) await runChecked(drive, scenario, ITEMS)
  const grown: number[] = []
  for (let run = 0; run < BYTES_RUNS; run++) grown.push(await heapGrowth(() => runChecked(drive, scenario, ITEMS)))
  return Math.max(0, Math.round(summarize(grown).median / ITEMS))
}

/** How many bytes the used heap grows by during a run; throws when something was collected meanwhile. */
async function heapGrowth(run: () => Promise<unknown>): Promise<number> {
  globalThis.gc?.()
  await turn()
  const collections = new PerformanceObserver(() => {})
  collections.observe({ entryTypes: ['gc'] })
  const before = process.memoryUsage().heapUsed
  await run()
  const after = process.memoryUsage().heapUsed
  await turn() // Collections are told of in a turn of their own.
  const collected = collections.takeRecords().length
  collections.disconnect()
  if (collected > 0) throw new Error('garbage was collected during the run: the bytes cannot be told')
  return after - before
}

if (import.meta.main) {
  answerParent<AllocationJob, number>(async ({ module, scenario, counted }) => {
    const { contender } = await loadContender(new URL(module))
    const found = SCENARIOS.find(({ name }) => name === scenario)
    if (found === undefined) throw new RangeError(`no scenario ${scenario}`)
    return countAllocation(contender, found, counted)
  })
}
