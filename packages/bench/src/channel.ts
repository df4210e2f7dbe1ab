import { runInChild } from './child.ts'
import type { Entry } from './contender.ts'
import type { MeasureJob, Samples } from './measure.ts'
import type { Metric, Row, Section } from './result.ts'
import { interleave, type OnMeasured, type Outcome, type Run } from './run.ts'
import type { Scenario } from './scenario.ts'
import { type Summary, summarize } from './statistics.ts'

/** How the channel suite is run. */
export interface ChannelOptions {
  readonly rounds: number
  readonly sampleMs: number
  readonly samples: number
  readonly timeoutMs: number
  readonly onMeasured?: OnMeasured | undefined
}

const RATE: readonly [Metric] = [{ name: 'rate', unit: 'items/s' }]
const LATENCY: readonly [Metric, ...Metric[]] = [
  { name: 'p50', unit: 'ns' },
  { name: 'p99', unit: 'ns' },
]

/** Measures one scenario for every contender that can do its topology. */
export async function runScenario(
  scenario: Scenario,
  entries: readonly Entry[],
  { rounds, sampleMs, samples, timeoutMs, onMeasured }: ChannelOptions,
): Promise<Section> {
  const able = entries.filter(({ contender }) => contender.drives[scenario.topology] !== undefined)
  const modules = new Map(able.map(({ contender, module }) => [contender.name, module.href]))
  const measure = (name: string): Promise<Outcome<Samples>> => {
    const job: MeasureJob = { module: modules.get(name) ?? '', scenario, sampleMs, samples }
    return runInChild(new URL('./measure.ts', import.meta.url), job, timeoutMs)
  }
  const runs = await interleave([...modules.keys()], measure, {
    rounds,
    onMeasured: (name, round) => onMeasured?.(scenario.name, name, round),
  })
  return {
    name: scenario.name,
    title: scenario.title,
    reference: scenario.reference,
    metrics: scenario.topology === 'ping-pong' ? LATENCY : RATE,
    rows: able.map(({ contender: { name, kind, note } }): Row => {
      const run = runs.get(name) ?? { values: [] }
      return { contender: name, kind, note, metrics: run.failure ? {} : summaries(run), failure: run.failure }
    }),
  }
}

function summaries({ values }: Run<Samples>): Record<string, Summary> {
  const rate = summarize(values.flatMap(({ itemsPerSecond }) => itemsPerSecond))
  const p50 = values.flatMap(({ p50Ns }) => p50Ns ?? [])
  const p99 = values.flatMap(({ p99Ns }) => p99Ns ?? [])
  return p50.length === 0 ? { rate } : { rate, p50: summarize(p50), p99: summarize(p99) }
}
