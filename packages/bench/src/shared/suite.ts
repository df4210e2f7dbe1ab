/** One scenario of the shared suite for everybody who can do it: our peers in Node, and the references in C++. */
import { runInChild } from '../child.ts'
import type { MeasureOptions, Samples } from '../measure.ts'
import type { Metric, Row, Section } from '../result.ts'
import { interleave, type OnMeasured, type Outcome, type Run } from '../run.ts'
import { type Summary, summarize } from '../statistics.ts'
import type { SharedEntry } from './contender.ts'
import type { SharedJob } from './measure.ts'
import type { Built, Reference } from './native.ts'
import type { SharedScenario } from './scenario.ts'

/** How the shared suite is run. */
export interface SharedOptions extends MeasureOptions {
  readonly rounds: number
  readonly timeoutMs: number
  /** The Node that measures; this one if not given. */
  readonly node?: string | undefined
  readonly onMeasured?: OnMeasured | undefined
}

/** Who is measured. */
export interface Field {
  readonly entries: readonly SharedEntry[]
  readonly references: readonly Reference[]
  /** The references as a program; nothing if there is no compiler, and their rows say so. */
  readonly built: Built | undefined
}

/** Somebody who can do the scenario. */
interface Starter extends Omit<Row, 'metrics' | 'failure'> {
  readonly measure?: () => Promise<Outcome<Samples>>
}

const RATE: readonly [Metric] = [{ name: 'rate', unit: 'items/s' }]
const LATENCY: readonly [Metric, ...Metric[]] = [
  { name: 'p50', unit: 'µs' },
  { name: 'p99', unit: 'µs' },
]

/** Measures one scenario. */
export async function runShared(scenario: SharedScenario, field: Field, options: SharedOptions): Promise<Section> {
  const starters = [...inNode(scenario, field, options), ...inNative(scenario, field, options)]
  const measures = new Map(starters.flatMap(({ contender, measure }) => (measure ? [[contender, measure]] : [])))
  const measure = (name: string): Promise<Outcome<Samples>> => {
    const one = measures.get(name)
    if (one === undefined) throw new RangeError(`nobody is called ${name}`)
    return one()
  }
  const runs = await interleave([...measures.keys()], measure, {
    rounds: options.rounds,
    onMeasured: (name, round) => options.onMeasured?.(scenario.name, name, round),
  })
  return {
    name: scenario.name,
    title: `${scenario.title}, capacity ${scenario.capacity}`,
    reference: scenario.reference,
    metrics: scenario.isTrip ? LATENCY : RATE,
    rows: starters.map(({ measure: _, ...row }): Row => {
      const run = runs.get(row.contender)
      if (run === undefined || run.failure) return { ...row, metrics: {}, failure: run?.failure }
      return { ...row, metrics: summaries(run) }
    }),
  }
}

function inNode(scenario: SharedScenario, { entries }: Field, options: SharedOptions): Starter[] {
  const { sampleMs, samples, timeoutMs, node } = options
  return entries
    .filter(({ contender }) => contender.routes[scenario.name] !== undefined)
    .map(({ contender: { name, kind, note }, module }) => {
      const job: SharedJob = { module: module.href, scenario: scenario.name, sampleMs, samples }
      const measure = () => runInChild<Samples>(new URL('./measure.ts', import.meta.url), job, timeoutMs, { node })
      return { contender: name, kind, note, measure }
    })
}

function inNative(scenario: SharedScenario, { references, built }: Field, options: SharedOptions): Starter[] {
  return references.flatMap(({ name, note, words }): Starter[] => {
    const spoken = words[scenario.name]?.(scenario)
    if (spoken === undefined) return []
    if (built === undefined) return [{ contender: `${name}: no compiler`, kind: 'floor', note }]
    return [{ contender: name, kind: 'floor', note, measure: () => built.measure(spoken, options, options.timeoutMs) }]
  })
}

function summaries({ values }: Run<Samples>): Record<string, Summary> {
  const rate = summarize(values.flatMap(({ itemsPerSecond }) => itemsPerSecond))
  const p50 = values.flatMap(({ p50Ns = [] }) => p50Ns.map((ns) => ns / 1000))
  const p99 = values.flatMap(({ p99Ns = [] }) => p99Ns.map((ns) => ns / 1000))
  return p50.length === 0 ? { rate } : { rate, p50: summarize(p50), p99: summarize(p99) }
}
