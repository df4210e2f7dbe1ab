/**
 * Measures one contender at one scenario: this process is the main thread, and starts the workers.
 *
 * As in the channel suite, the number of values grows until one run takes most of `sampleMs`, garbage is collected before
 * each sample, and a short run that does not count goes first. In their first half second two threads that wait for each other mostly sleep
 * in turn, so it warms up for longer than that.
 */
import { answerParent } from '../child.ts'
import { type MeasureOptions, runChecked, type Samples } from '../measure.ts'
import { quantile } from '../statistics.ts'
import type { Drive } from '../topology.ts'
import { loadSharedContender } from './contender.ts'
import { type SharedName, type SharedScenario, sharedScenario } from './scenario.ts'
import { openDrive } from './threads.ts'

/** What a measuring process is told. */
export interface SharedJob extends MeasureOptions {
  readonly module: string
  readonly scenario: SharedName
}

const FIRST_ITEMS = 2000
/** The sum of so many numbers is still exact. */
const MOST_ITEMS = 50_000_000
const SHORTEST_WARM_UP_MS = 700
const LONGEST_WARM_UP_MS = 1500

/** Warms up, then takes the samples. Throws `LostValuesError` if a single value of any run is missing or wrong. */
export async function takeSamples(
  drive: Drive,
  { capacity }: Pick<SharedScenario, 'capacity'>,
  { sampleMs, samples }: MeasureOptions,
): Promise<Samples> {
  const run = (items: number) => runChecked(drive, { capacity, producers: 1, consumers: 1 }, items)
  const items = await warmUp(run, sampleMs)
  const itemsPerSecond: number[] = []
  const p50Ns: number[] = []
  const p99Ns: number[] = []
  for (let i = 0; i < samples; i++) {
    globalThis.gc?.()
    await run(Math.ceil(items / 4))
    const { ms, latenciesMs } = await run(items)
    itemsPerSecond.push((items / ms) * 1000)
    if (latenciesMs === undefined) continue
    latenciesMs.sort()
    p50Ns.push(quantile(latenciesMs, 0.5) * 1e6)
    p99Ns.push(quantile(latenciesMs, 0.99) * 1e6)
  }
  return p50Ns.length === 0 ? { itemsPerSecond } : { itemsPerSecond, p50Ns, p99Ns }
}

async function warmUp(run: (items: number) => Promise<{ ms: number }>, sampleMs: number): Promise<number> {
  const beganAt = performance.now()
  for (let items = FIRST_ITEMS; ; ) {
    const { ms } = await run(items)
    const next = Math.ceil(Math.min(MOST_ITEMS, items * Math.min(4, Math.max(0.25, sampleMs / ms))))
    const totalMs = performance.now() - beganAt
    const isLong = ms > sampleMs * 0.6 || next === MOST_ITEMS
    if (totalMs > LONGEST_WARM_UP_MS || (isLong && totalMs > SHORTEST_WARM_UP_MS)) return next
    items = next
  }
}

if (import.meta.main) {
  answerParent<SharedJob, Samples>(async ({ module, scenario: name, ...options }) => {
    const scenario = sharedScenario(name)
    const drive = await openDrive(await loadSharedContender(new URL(module)), scenario)
    return takeSamples(drive, scenario, options)
  })
}
