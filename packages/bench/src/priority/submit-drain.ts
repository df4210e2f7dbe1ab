/** One submit and one drain at a time, as the two micro-benchmarks of the Rust pool this one descends from. */
import { priorityPool } from '@millrace/pool'
import { LostValuesError } from '../child.ts'
import type { Trial, TrialSection } from '../trial.ts'

const PAIRS = 20_000
const DEPTHS = [0, 50_000] as const

/** The sections. */
export const SUBMIT_DRAINS: readonly TrialSection[] = [
  {
    name: 'submit-drain',
    title: 'await submit of the highest, await drain(1)',
    reference: 'millrace, empty',
    metrics: [{ name: 'time', unit: 'ns' }],
  },
]

/** The trials. */
export const submitDrain: readonly Trial[] = DEPTHS.flatMap((depth) =>
  [false, true].map((isHeap): Trial => {
    const name = depth === 0 ? 'empty' : `with ${depth}`
    return {
      section: 'submit-drain',
      contender: `millrace, ${name}${isHeap ? ', in a heap' : ''}`,
      kind: 'ours',
      prepare() {
        const structure = isHeap ? 'heap' : 'buckets'
        const pool = priorityPool<number>({ capacity: 100_000, structure, priority: (n) => n })
        for (let i = 0; i < depth; i++) pool.trySubmit(i % 255)
        return {
          async run() {
            const began = performance.now()
            for (let i = 0; i < PAIRS; i++) {
              await pool.submit(255)
              const [item] = await pool.drain(1)
              if (item !== 255) throw new LostValuesError(`drained ${item}`)
            }
            return { time: ((performance.now() - began) / PAIRS) * 1e6 }
          },
        }
      },
    }
  }),
)
