import { ALLOCATION_SCENARIOS, runAllocation } from './allocation.ts'
import { runScenario } from './channel.ts'
import { loadContenders } from './contender.ts'
import { suite as httpTrials } from './http/suite.ts'
import { MICRO_CASES, runMicro } from './micro.ts'
import { PACKERS } from './pack/packer.ts'
import { runPack } from './pack/suite.ts'
import { suite as pipelineTrials } from './pipeline/suite.ts'
import { suite as taskTrials } from './pool/tasks/suite.ts'
import { suite as threadTrials } from './pool/threads/suite.ts'
import { suite as priorityTrials } from './priority/suite.ts'
import { suite as queueTrials } from './queue/suite.ts'
import type { Section } from './result.ts'
import type { OnMeasured } from './run.ts'
import { SCENARIOS } from './scenario.ts'
import { loadSharedContenders } from './shared/contender.ts'
import { buildReferences, findCompiler, REFERENCES } from './shared/native.ts'
import { SHARED_SCENARIOS } from './shared/scenario.ts'
import { runShared } from './shared/suite.ts'
import { runTrials, type Trials } from './trial.ts'

/** What the command line asks for. */
export interface Settings {
  readonly rounds?: number | undefined
  /** These contenders and no other; everybody if empty. */
  readonly only: readonly string[]
  /** These sections of the channel, allocation and micro suites and no other; all if empty. */
  readonly sections: readonly string[]
  /** What the pack suite packs. */
  readonly folder?: string | undefined
  readonly timeoutMs?: number | undefined
  /** The path of the Node that measures; the one that runs this if not given. */
  readonly node?: string | undefined
  readonly onMeasured?: OnMeasured | undefined
}

/** A family of measurements with one file of results. */
export interface Suite {
  /** How often each contender is measured unless asked otherwise; fewer are good for a glance, not for the record. */
  readonly rounds: number
  /** Every contender, and every section that can be picked, by name. */
  names(): Promise<{ contenders: readonly string[]; sections: readonly string[] }>
  /** What is kept with the figures. */
  settings(settings: Settings): Readonly<Record<string, unknown>>
  /** Measures, a section at a time. A section that nobody is left for is skipped. */
  run(settings: Settings): AsyncGenerator<Section, void, undefined>
}

const SAMPLES = { sampleMs: 80, samples: 2 }
const ROUNDS = 5
/** The same is counted each time, but for a few bytes. */
const ALLOCATION_ROUNDS = 2
const PACK_TIMEOUT_MS = 600_000

const channel: Suite = {
  rounds: ROUNDS,
  names: async () => ({
    contenders: (await loadContenders()).map(({ contender }) => contender.name),
    sections: SCENARIOS.map(({ name }) => name),
  }),
  settings: ({ rounds = ROUNDS, timeoutMs = 15_000 }) => ({ rounds, timeoutMs, ...SAMPLES }),
  async *run({ rounds = ROUNDS, timeoutMs = 15_000, node, only, sections, onMeasured }) {
    const entries = (await loadContenders()).filter(({ contender }) => isPicked(only, contender.name))
    for (const scenario of SCENARIOS.filter(({ name }) => isPicked(sections, name))) {
      const section = await runScenario(scenario, entries, { rounds, timeoutMs, node, onMeasured, ...SAMPLES })
      if (section.rows.length > 0) yield section
    }
  },
}

const allocation: Suite = {
  rounds: ALLOCATION_ROUNDS,
  names: async () => ({
    contenders: (await loadContenders()).map(({ contender }) => contender.name),
    sections: ALLOCATION_SCENARIOS.map(({ name }) => name),
  }),
  settings: ({ rounds = ALLOCATION_ROUNDS, timeoutMs = 15_000 }) => ({ rounds, timeoutMs }),
  async *run({ rounds = ALLOCATION_ROUNDS, timeoutMs = 15_000, node, only, sections, onMeasured }) {
    const entries = (await loadContenders()).filter(({ contender }) => isPicked(only, contender.name))
    for (const scenario of ALLOCATION_SCENARIOS.filter(({ name }) => isPicked(sections, name))) {
      const section = await runAllocation(scenario, entries, { rounds, timeoutMs, node, onMeasured })
      if (section.rows.length > 0) yield section
    }
  },
}

const micro: Suite = {
  rounds: ROUNDS,
  names: async () => ({
    contenders: MICRO_CASES.map(({ contender }) => contender),
    sections: MICRO_CASES.map(({ group }) => group),
  }),
  settings: ({ rounds = ROUNDS, timeoutMs = 30_000 }) => ({ rounds, timeoutMs }),
  run: ({ rounds = ROUNDS, timeoutMs = 30_000, node, only, sections, onMeasured }) =>
    runMicro(
      MICRO_CASES.filter(({ contender, group }) => isPicked(only, contender) && isPicked(sections, group)),
      { rounds, timeoutMs, node, onMeasured },
    ),
}

const pack: Suite = {
  rounds: ROUNDS,
  names: async () => ({ contenders: PACKERS.map(({ name }) => name), sections: ['pack'] }),
  settings: ({ rounds = ROUNDS, timeoutMs = PACK_TIMEOUT_MS }) => ({ rounds, timeoutMs }),
  async *run({ rounds = ROUNDS, timeoutMs = PACK_TIMEOUT_MS, only, sections, folder, onMeasured }) {
    const packers = PACKERS.filter(({ name }) => isPicked(only, name))
    if (packers.length === 0 || !isPicked(sections, 'pack')) return
    yield await runPack(packers, { rounds, timeoutMs, folder, onMeasured })
  },
}

const shared: Suite = {
  rounds: ROUNDS,
  names: async () => ({
    contenders: [...(await loadSharedContenders()).map(({ contender }) => contender), ...REFERENCES].map(
      ({ name }) => name,
    ),
    sections: SHARED_SCENARIOS.map(({ name }) => name),
  }),
  settings: ({ rounds = ROUNDS, timeoutMs = 15_000 }) => ({
    rounds,
    timeoutMs,
    ...SAMPLES,
    compiler: findCompiler()?.version ?? 'no compiler',
  }),
  async *run({ rounds = ROUNDS, timeoutMs = 15_000, node, only, sections, onMeasured }) {
    const entries = (await loadSharedContenders()).filter(({ contender }) => isPicked(only, contender.name))
    const references = REFERENCES.filter(({ name }) => isPicked(only, name))
    const compiler = references.length > 0 ? findCompiler() : undefined
    const built = compiler && (await buildReferences(compiler))
    try {
      for (const scenario of SHARED_SCENARIOS.filter(({ name }) => isPicked(sections, name))) {
        const field = { entries, references, built }
        const section = await runShared(scenario, field, { rounds, timeoutMs, node, onMeasured, ...SAMPLES })
        if (section.rows.length > 0) yield section
      }
    } finally {
      built?.[Symbol.dispose]()
    }
  },
}

const priority: Suite = suiteOf(priorityTrials)

const threads: Suite = suiteOf(threadTrials)

const tasks: Suite = suiteOf(taskTrials)

const pipeline: Suite = suiteOf(pipelineTrials)

const http: Suite = suiteOf(httpTrials)

const queue: Suite = suiteOf(queueTrials)

function suiteOf({ sections, trials, module }: Trials): Suite {
  return {
    rounds: ROUNDS,
    names: async () => ({
      contenders: trials.map(({ contender }) => contender),
      sections: sections.map(({ name }) => name),
    }),
    settings: ({ rounds = ROUNDS, timeoutMs = 60_000 }) => ({ rounds, timeoutMs }),
    async *run({ rounds = ROUNDS, timeoutMs = 60_000, node, only, sections: picked, onMeasured }) {
      const field = { module, sections, trials: trials.filter(({ contender }) => isPicked(only, contender)) }
      for (const section of sections.filter(({ name }) => isPicked(picked, name))) {
        const measured = await runTrials(field, section, { rounds, timeoutMs, node, onMeasured })
        if (measured.rows.length > 0) yield measured
      }
    },
  }
}

/** The suites by name, in the order in which all of them are run. */
export const SUITES: Readonly<Record<string, Suite>> = {
  channel,
  shared,
  priority,
  threads,
  tasks,
  pipeline,
  http,
  queue,
  allocation,
  micro,
  pack,
}

function isPicked(picked: readonly string[], name: string): boolean {
  return picked.length === 0 || picked.includes(name)
}
