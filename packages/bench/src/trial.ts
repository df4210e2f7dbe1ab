/**
 * Whole workloads, each tried by several contenders: a trial prepares its contender once and then repeats one run.
 *
 *     runTrials ── interleaved, a child each ──▶ prepare ──▶ warm up ──▶ run, run … ──▶ close
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { answerParent, runInChild } from './child.ts'
import type { Kind } from './contender.ts'
import type { Metric, Row, Section } from './result.ts'
import { interleave, type OnMeasured } from './run.ts'
import { summarize } from './statistics.ts'

/** What one run came to: a number for each metric of its section. */
export type Figures = Readonly<Record<string, number>>

/** A contender, ready. */
export interface Prepared {
  /** Does the work once and checks its outcome. Throws `LostValuesError` if something is missing or wrong. */
  run(): Promise<Figures>
  close?(): unknown
}

/** One contender at one workload. */
export interface Trial {
  readonly section: string
  readonly contender: string
  readonly kind: Kind
  readonly note?: string | undefined
  prepare(): Prepared | Promise<Prepared>
}

/** One workload. */
export interface TrialSection extends Omit<Section, 'rows'> {
  /** How long a child repeats runs; half of it again before, to warm up. */
  readonly forMs?: number | undefined
  /** Whether a run lasts so long that it is its own warm-up: there is one in each round. */
  readonly isLong?: boolean | undefined
}

/** A module of trials. */
export interface Trials {
  /** Its own URL, for the children. */
  readonly module: URL
  readonly sections: readonly TrialSection[]
  readonly trials: readonly Trial[]
}

/** How trials are run. */
export interface TrialOptions {
  readonly rounds: number
  readonly timeoutMs: number
  readonly node?: string | undefined
  readonly onMeasured?: OnMeasured | undefined
}

interface TrialJob {
  readonly module: string
  readonly section: string
  readonly contender: string
}

const FOR_MS = 400
const FEWEST_RUNS = 3

/** Measures one section. */
export async function runTrials(
  { module, trials }: Trials,
  { forMs: _, isLong: __, ...section }: TrialSection,
  { rounds, timeoutMs, node, onMeasured }: TrialOptions,
): Promise<Section> {
  const own = trials.filter((trial) => trial.section === section.name)
  const measure = (contender: string) => {
    const job: TrialJob = { module: module.href, section: section.name, contender }
    return runInChild<Figures[]>(new URL(import.meta.url), job, timeoutMs, { node })
  }
  const runs = await interleave(
    own.map(({ contender }) => contender),
    measure,
    { rounds, onMeasured: (contender, round) => onMeasured?.(section.name, contender, round) },
  )
  const rows = own.map(({ contender, kind, note }): Row => {
    const { values, failure } = runs.get(contender) ?? { values: [] }
    const figures = values.flat()
    if (failure !== undefined || figures.length === 0) return { contender, kind, note, metrics: {}, failure }
    const metrics = section.metrics.map(({ name }: Metric) => [
      name,
      summarize(figures.map((one) => one[name] ?? Number.NaN)),
    ])
    return { contender, kind, note, metrics: Object.fromEntries(metrics) }
  })
  return { ...section, rows }
}

/** Repeats the run of a trial until its time is over, first without counting; or runs it once if that is long. */
async function tryOut(trial: Trial, { forMs = FOR_MS, isLong = false }: Partial<TrialSection>): Promise<Figures[]> {
  const prepared = await trial.prepare()
  if (isLong) {
    const figures = await prepared.run()
    await prepared.close?.()
    return [figures]
  }
  const warmUntil = performance.now() + forMs / 2
  do await prepared.run()
  while (performance.now() < warmUntil)
  const all: Figures[] = []
  const until = performance.now() + forMs
  while (all.length < FEWEST_RUNS || performance.now() < until) {
    globalThis.gc?.()
    // What was put off, by the collector or by the contender, is not part of the next run.
    await sleep(2)
    // Collecting also throws away code that was compiled for classes without an instance, which no program does that goes on.
    await prepared.run()
    all.push(await prepared.run())
  }
  await prepared.close?.()
  return all
}

if (import.meta.main) {
  answerParent<TrialJob, Figures[]>(async ({ module, section, contender }) => {
    const { suite }: { suite: Trials } = await import(module)
    const trial = suite.trials.find((one) => one.section === section && one.contender === contender)
    if (trial === undefined) throw new RangeError(`nobody is called ${contender} in ${section}`)
    return tryOut(trial, suite.sections.find(({ name }) => name === section) ?? {})
  })
}
