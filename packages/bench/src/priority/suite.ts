/** What priorities cost: queues alone, and a pool with producers and consumers that await. */
import { LostValuesError } from '../child.ts'
import type { Figures, Trial, TrialSection, Trials } from '../trial.ts'
import { QUEUES, type QueueMaker } from './queues.ts'
import { STRESSES, stress } from './stress.ts'
import { SUBMIT_DRAINS, submitDrain } from './submit-drain.ts'

interface Load {
  readonly section: string
  readonly title: string
  readonly items: number
  /** So many lie in the queue while it is measured; 0 has all pushed, then all popped. */
  readonly depth: number
  priority(random: number): number
}

const TITLE = 'highest first'

const LOADS: readonly Load[] = [
  {
    section: 'random',
    title: '1,000,000 random priorities, all in, then all out',
    items: 1e6,
    depth: 0,
    priority: any,
  },
  {
    section: 'steady',
    title: 'random priorities, one in and one out at 10,000',
    items: 1e6,
    depth: 1e4,
    priority: any,
  },
  {
    section: 'levels',
    title: '1,000,000 of 256 priorities, all in, then all out',
    items: 1e6,
    depth: 0,
    priority: few,
  },
  {
    section: 'steady-levels',
    title: '256 priorities, one in and one out at 10,000',
    items: 1e6,
    depth: 1e4,
    priority: few,
  },
]

/** The suite. */
export const suite: Trials = {
  module: new URL(import.meta.url),
  sections: [
    ...LOADS.map(({ section, title }): TrialSection => {
      const metrics = [{ name: 'rate', unit: 'items/s' }] as const
      return { name: section, title: `${title}, ${TITLE}`, reference: 'millrace', metrics }
    }),
    ...STRESSES,
    ...SUBMIT_DRAINS,
  ],
  trials: [...LOADS.flatMap((load) => QUEUES.map((queue) => trial(queue, load))), ...stress, ...submitDrain],
}

function trial({ name, kind, note, make }: QueueMaker, { section, items, depth, priority }: Load): Trial {
  return {
    section,
    contender: name,
    kind,
    note,
    prepare() {
      const priorities = Float64Array.from({ length: items }, () => priority(Math.random()))
      return {
        async run(): Promise<Figures> {
          const queue = make(depth > 0 ? depth + 1 : items)
          for (let i = 0; i < depth; i++) queue.push(priorities[i] as number)
          const began = performance.now()
          if (depth > 0) runSteady(queue, priorities)
          else runAll(queue, priorities)
          return { rate: (items / (performance.now() - began)) * 1_000 }
        },
      }
    },
  }
}

function runAll(queue: { push(n: number): void; pop(): number | undefined }, priorities: Float64Array): void {
  for (let i = 0; i < priorities.length; i++) queue.push(priorities[i] as number)
  let last = Number.POSITIVE_INFINITY
  for (let i = 0; i < priorities.length; i++) {
    const next = queue.pop()
    if (next === undefined || next > last) throw new LostValuesError(`${next} came after ${last}`)
    last = next
  }
}

function runSteady(queue: { push(n: number): void; pop(): number | undefined }, priorities: Float64Array): void {
  for (let i = 0; i < priorities.length; i++) {
    queue.push(priorities[i] as number)
    if (queue.pop() === undefined) throw new LostValuesError('a queue of ten thousand gave nothing')
  }
}

function any(random: number): number {
  return Math.floor(random * 2 ** 20)
}

function few(random: number): number {
  return Math.floor(random * 256)
}
