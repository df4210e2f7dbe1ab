/** A stage on threads against the pool alone. */
import { availableParallelism } from 'node:os'
import { from } from '@millrace/pipeline'
import { threadPool } from '@millrace/pool'
import { LostValuesError } from '../child.ts'
import type { Figures, Trial, TrialSection } from '../trial.ts'

const ITEMS = 1_500
const THREADS = Math.max(1, availableParallelism() - 1)

/** The workload. */
export const threadsSection: TrialSection = {
  name: 'threads',
  title: `${ITEMS} calls of half a millisecond on ${THREADS} ${THREADS === 1 ? 'thread' : 'threads'}, in order`,
  reference: 'pool alone',
  metrics: [{ name: 'items', unit: 'items/s' }],
  forMs: 1_500,
}

const TASKS = new URL('./tasks.ts', import.meta.url)

type Run = (pool: ReturnType<typeof open>, items: readonly number[]) => Promise<number[]>

function open() {
  return threadPool<typeof import('./tasks.ts')>(TASKS, { threads: THREADS })
}

function trial(contender: string, run: Run): Trial {
  return {
    section: 'threads',
    contender,
    kind: 'ours',
    async prepare() {
      const pool = open()
      const items = Array.from({ length: ITEMS }, (_, item) => item)
      return {
        async run(): Promise<Figures> {
          const beganMs = performance.now()
          const out = await run(pool, items)
          const tookMs = performance.now() - beganMs
          if (out.length !== ITEMS || out.some((item, i) => item !== i))
            throw new LostValuesError(`${out.length} items`)
          return { items: (ITEMS / tookMs) * 1_000 }
        },
        close: () => pool.shutdown(),
      }
    },
  }
}

/** The contenders. */
export const threads: readonly Trial[] = [
  trial('pool alone', (pool, items) => pool.map(items, 'grind', { concurrency: 2 * THREADS })),
  trial('millrace', (pool, items) => from(items).threads(pool, 'grind').toArray()),
]
