/**
 * Measures one contender at one scenario, in this process.
 *
 * The number of values grows until one run takes most of `sampleMs`: by then the code is compiled, and that many are
 * moved for each sample. Garbage is collected between samples, outside the time. That also throws away code that was
 * compiled for classes of which no instance is left, which no program does that keeps a channel open; so a short run
 * that does not count goes before each sample.
 */
import { answerParent, LostValuesError } from './child.ts'
import { type Contender, loadContender } from './contender.ts'
import type { Scenario } from './scenario.ts'
import { quantile } from './statistics.ts'
import type { Drive, Load, Tally } from './topology.ts'

/** How long a sample takes, and how many of them make a measurement. */
export interface MeasureOptions {
  readonly sampleMs: number
  readonly samples: number
}

/** What a measuring process is told. */
export interface MeasureJob extends MeasureOptions {
  readonly module: string
  readonly scenario: Scenario
}

/** One number a sample. */
export interface Samples {
  readonly itemsPerSecond: readonly number[]
  /** Ping-pong only. */
  readonly p50Ns?: readonly number[] | undefined
  readonly p99Ns?: readonly number[] | undefined
  /** Scenarios with a number of items of their own only. */
  readonly runUs?: readonly number[] | undefined
}

const FIRST_ITEMS = 2000
const MOST_ITEMS = 2_000_000
const LONGEST_WARM_UP_MS = 1500

/** Warms up, then takes the samples. Throws `LostValuesError` if a single value of any run is missing or wrong. */
export async function measure(contender: Contender, scenario: Scenario, options: MeasureOptions): Promise<Samples> {
  const drive = contender.drives[scenario.topology]
  if (drive === undefined) throw new TypeError(`${contender.name} has no drive for ${scenario.topology}`)
  if (scenario.items !== undefined) return measureRuns(drive, scenario, scenario.items, options)
  const items = await warmUp(drive, scenario, options.sampleMs)
  const itemsPerSecond: number[] = []
  const p50Ns: number[] = []
  const p99Ns: number[] = []
  for (let i = 0; i < options.samples; i++) {
    globalThis.gc?.()
    await runChecked(drive, scenario, wholeShares(items / 4, scenario))
    const { ms, latenciesMs } = await runChecked(drive, scenario, items)
    itemsPerSecond.push((items / ms) * 1000)
    if (latenciesMs === undefined) continue
    latenciesMs.sort()
    p50Ns.push(quantile(latenciesMs, 0.5) * 1e6)
    p99Ns.push(quantile(latenciesMs, 0.99) * 1e6)
  }
  return p50Ns.length === 0 ? { itemsPerSecond } : { itemsPerSecond, p50Ns, p99Ns }
}

/** Repeats runs of `items` values for as long as a sample takes. The first sample warms up and is not kept. */
async function measureRuns(
  drive: Drive,
  scenario: Scenario,
  items: number,
  { sampleMs, samples }: MeasureOptions,
): Promise<Samples> {
  const runUs: number[] = []
  for (let i = 0; i <= samples; i++) {
    globalThis.gc?.()
    let runs = 0
    let totalMs = 0
    for (; totalMs < sampleMs; runs++) totalMs += (await runChecked(drive, scenario, items)).ms
    if (i > 0) runUs.push((totalMs / runs) * 1000)
  }
  return { itemsPerSecond: runUs.map((us) => (items / us) * 1e6), runUs }
}

/** One run whose result is checked. */
export async function runChecked(
  drive: Drive,
  { capacity, producers, consumers }: Omit<Load, 'items'>,
  items: number,
): Promise<Tally & { ms: number }> {
  const start = performance.now()
  const tally = await drive({ items, capacity, producers, consumers })
  const ms = performance.now() - start
  const sum = (items * (items - 1)) / 2
  if (tally.received === items && tally.sum === sum) return { ...tally, ms }
  throw new LostValuesError(`sent ${items} values with sum ${sum}, received ${tally.received} with sum ${tally.sum}`)
}

async function warmUp(drive: Drive, scenario: Scenario, sampleMs: number): Promise<number> {
  const end = performance.now() + LONGEST_WARM_UP_MS
  let items = wholeShares(FIRST_ITEMS, scenario)
  for (;;) {
    const { ms } = await runChecked(drive, scenario, items)
    const next = wholeShares(items * Math.min(4, Math.max(0.25, sampleMs / ms)), scenario)
    if (ms > sampleMs * 0.6 || next >= MOST_ITEMS || performance.now() > end) return next
    items = next
  }
}

function wholeShares(items: number, { producers }: Scenario): number {
  return Math.ceil(Math.min(items, MOST_ITEMS) / producers) * producers
}

if (import.meta.main) {
  answerParent<MeasureJob, Samples>(async ({ module, scenario, ...options }) => {
    const { contender } = await loadContender(new URL(module))
    return measure(contender, scenario, options)
  })
}
