/** What a task on a thread costs: bursts of trivial tasks, one at a time, and tasks that take a millisecond. */
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { LostValuesError } from '../../child.ts'
import { quantile } from '../../statistics.ts'
import type { Figures, Trial, Trials } from '../../trial.ts'
import { MAKERS, type Maker, SPINNING, type TaskName } from './runners.ts'
import { scaling, scalingSection } from './scaling.ts'
import type { Item } from './tasks.ts'

const BURST = 10_000
const TRIPS = 500
const THREADS = 2
const LONG_TASKS = 400

interface Load {
  readonly section: string
  readonly task: TaskName
  argument(i: number): unknown
  isAnswer(answer: unknown, i: number): boolean
  /** How many tasks, if not `BURST`. */
  readonly count?: number
}

const slab = Buffer.from('x'.repeat(1024))
const alone = Buffer.from(new ArrayBuffer(1024)).fill('x')

const LOADS: readonly Load[] = [
  { section: 'number', task: 'increment', argument: (i) => i, isAnswer: (answer, i) => answer === i + 1 },
  {
    section: 'object',
    task: 'touch',
    argument: (i): Item => ({ id: i, name: `name ${i}`, n: i }),
    isAnswer: (answer, i) => (answer as Item).n === i + 1,
  },
  { section: 'buffer', task: 'echo', argument: () => alone, isAnswer: isBytes },
  { section: 'slab', task: 'echo', argument: () => slab, isAnswer: isBytes },
  { section: 'sum', task: 'add', argument: (i) => i, isAnswer: (answer, i) => answer === i + 499_500, count: 1_000 },
]

/** The suite. */
export const suite: Trials = {
  module: new URL(import.meta.url),
  sections: [
    burstOf('number', 'a number'),
    burstOf('object', 'a record of { id, name, n }'),
    burstOf('buffer', 'a Buffer of 1 KiB'),
    burstOf('slab', "a Buffer of 1 KiB in Node's slab"),
    { ...burstOf('sum', ''), title: `1,000 tasks on ${THREADS} threads, each of which adds up a thousand numbers` },
    scalingSection,
    {
      name: 'trip',
      title: 'one task at a time, a number there and back',
      reference: 'millrace',
      metrics: [
        { name: 'p50', unit: 'µs' },
        { name: 'p99', unit: 'µs' },
      ],
    },
    {
      name: 'cpu',
      title: `${LONG_TASKS} tasks of 1 ms on ${THREADS} threads`,
      reference: 'millrace',
      metrics: [{ name: 'time', unit: 'ms' }],
      forMs: 1_000,
    },
  ],
  trials: [
    ...LOADS.flatMap((load) => MAKERS.map((maker) => burst(maker, load))),
    ...scaling,
    ...[...MAKERS, SPINNING].map(trip),
    ...MAKERS.map(cpu),
    { section: 'cpu', contender: 'two raw threads', kind: 'floor', prepare: rawThreads },
  ],
}

function burstOf(name: string, what: string): Trials['sections'][number] {
  const title = `${BURST} trivial tasks on ${THREADS} threads, each with ${what} there and back`
  return { name, title, reference: 'millrace', metrics: [{ name: 'rate', unit: 'items/s' }] }
}

function burst({ name, kind, note, make }: Maker, { section, task, argument, isAnswer, count = BURST }: Load): Trial {
  return {
    section,
    contender: name,
    kind,
    note,
    async prepare() {
      const pool = await make(THREADS)
      return {
        async run(): Promise<Figures> {
          const began = performance.now()
          const answers = await Promise.all(Array.from({ length: count }, (_, i) => pool.run(task, argument(i))))
          const ms = performance.now() - began
          const wrong = answers.findIndex((answer, i) => !isAnswer(answer, i))
          if (wrong >= 0) throw new LostValuesError(`task ${wrong} was answered ${String(answers[wrong])}`)
          return { rate: (count / ms) * 1_000 }
        },
        close: () => pool.close(),
      }
    },
  }
}

function trip({ name, kind, note, make }: Maker): Trial {
  return {
    section: 'trip',
    contender: name,
    kind,
    note,
    async prepare() {
      const pool = await make(1)
      return {
        async run() {
          const times = new Float64Array(TRIPS)
          for (let i = 0; i < TRIPS; i++) {
            const began = performance.now()
            if ((await pool.run('increment', i)) !== i + 1) throw new LostValuesError(`task ${i} was answered wrong`)
            times[i] = (performance.now() - began) * 1_000
          }
          times.sort()
          return { p50: quantile(times, 0.5), p99: quantile(times, 0.99) }
        },
        close: () => pool.close(),
      }
    },
  }
}

function cpu({ name, kind, note, make }: Maker): Trial {
  return {
    section: 'cpu',
    contender: name,
    kind,
    note,
    async prepare() {
      const pool = await make(THREADS)
      return {
        async run() {
          const began = performance.now()
          await Promise.all(Array.from({ length: LONG_TASKS }, () => pool.run('work', 1)))
          return { time: performance.now() - began }
        },
        close: () => pool.close(),
      }
    },
  }
}

async function rawThreads() {
  const workers = Array.from({ length: THREADS }, () => new Worker(new URL('./raw.worker.ts', import.meta.url)))
  return {
    async run() {
      const began = performance.now()
      const answers = workers.map((worker) => once(worker, 'message'))
      for (const worker of workers) worker.postMessage({ times: LONG_TASKS / THREADS, ms: 1 })
      await Promise.all(answers)
      return { time: performance.now() - began }
    },
    close: () => Promise.all(workers.map((worker) => worker.terminate())),
  }
}

function isBytes(answer: unknown): boolean {
  return answer instanceof Uint8Array && answer.byteLength === 1024 && answer[1023] === 120
}
