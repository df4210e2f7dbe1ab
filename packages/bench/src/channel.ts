import { runInChild } from './child.ts'
import type { Entry } from './contender.ts'
import type { MeasureJob, Samples } from './measure.ts'
import type { Metric, Row, Section } from './result.ts'
import { interleave, type OnMeasured, type Outcome, type Run } from './run.ts'
import type { Published, Scenario } from './scenario.ts'
import { type Summary, summarize } from './statistics.ts'

/** How the channel suite is run. */
export interface ChannelOptions {
  readonly rounds: number
  readonly sampleMs: number
  readonly samples: number
  readonly timeoutMs: number
  /** The Node that measures; this one if not given. */
  readonly node?: string | undefined
  readonly onMeasured?: OnMeasured | undefined
}

const RATE: readonly [Metric] = [{ name: 'rate', unit: 'items/s' }]
const RUN: readonly [Metric, Metric] = [{ name: 'a run', unit: 'µs' }, ...RATE]
const LATENCY: readonly [Metric, ...Metric[]] = [
  { name: 'p50', unit: 'ns' },
  { name: 'p99', unit: 'ns' },
]

/** Measures one scenario for every contender that can do its topology. */
export async function runScenario(
  scenario: Scenario,
  entries: readonly Entry[],
  { rounds, sampleMs, samples, timeoutMs, node, onMeasured }: ChannelOptions,
): Promise<Section> {
  const able = entries.filter(({ contender }) => contender.drives[scenario.topology] !== undefined)
  const modules = new Map(able.map(({ contender, module }) => [contender.name, module.href]))
  const measure = (name: string): Promise<Outcome<Samples>> => {
    const job: MeasureJob = { module: modules.get(name) ?? '', scenario, sampleMs, samples }
    return runInChild(new URL('./measure.ts', import.meta.url), job, timeoutMs, { node })
  }
  const runs = await interleave([...modules.keys()], measure, {
    rounds,
    onMeasured: (name, round) => onMeasured?.(scenario.name, name, round),
  })
  return {
    name: scenario.name,
    title: scenario.title,
    reference: scenario.reference,
    metrics: metricsOf(scenario),
    rows: [
      ...able.map(({ contender: { name, kind, note } }): Row => {
        const run = runs.get(name) ?? { values: [] }
        return { contender: name, kind, note, metrics: run.failure ? {} : summaries(run), failure: run.failure }
      }),
      ...(able.length === 0 ? [] : (scenario.published ?? []).map((each) => publishedRow(each, scenario))),
    ],
  }
}

function metricsOf({ topology, items }: Scenario): Section['metrics'] {
  if (items !== undefined) return RUN
  return topology === 'ping-pong' ? LATENCY : RATE
}

/** The figure of somebody else as a row: one value, measured once and not here. */
function publishedRow({ contender, runUs, note }: Published, { items = 0 }: Scenario): Row {
  const metrics = { 'a run': summarize([runUs]), rate: summarize([(items / runUs) * 1e6]) }
  return { contender, kind: 'baseline', note, metrics }
}

function summaries({ values }: Run<Samples>): Record<string, Summary> {
  const rate = summarize(values.flatMap(({ itemsPerSecond }) => itemsPerSecond))
  const runUs = values.flatMap((each) => each.runUs ?? [])
  if (runUs.length > 0) return { 'a run': summarize(runUs), rate }
  const p50 = values.flatMap(({ p50Ns }) => p50Ns ?? [])
  const p99 = values.flatMap(({ p99Ns }) => p99Ns ?? [])
  return p50.length === 0 ? { rate } : { rate, p50: summarize(p50), p99: summarize(p99) }
}
