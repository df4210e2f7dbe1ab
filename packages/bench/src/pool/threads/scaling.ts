/** The same tasks on ever more threads. */
import { LostValuesError } from '../../child.ts'
import type { Figures, Trial, TrialSection } from '../../trial.ts'
import { MAKERS } from './runners.ts'

/** The first is what ratios are of. */
const THREADS = [2, 4, 8, 16] as const
const TASKS = 5_000
const AT_A_TIME = 250

/** The section. */
export const scalingSection: TrialSection = {
  name: 'scaling',
  title: `${TASKS} tasks that give their thread a turn of its event loop, ${AT_A_TIME} handed in at a time, by the number of threads`,
  reference: 'millrace',
  metrics: [
    { name: columnOf(THREADS[0]), unit: 'items/s' },
    ...THREADS.slice(1).map((threads) => ({ name: columnOf(threads), unit: 'items/s' }) as const),
  ],
}

/** Everybody in it. */
export const scaling: readonly Trial[] = MAKERS.map(({ name, kind, note, make }) => ({
  section: scalingSection.name,
  contender: name,
  kind,
  note,
  async prepare() {
    const pools = await Promise.all(THREADS.map(make))
    return {
      async run(): Promise<Figures> {
        const figures: Record<string, number> = {}
        for (const [i, pool] of pools.entries()) {
          const began = performance.now()
          await handIn((n) => pool.run('turn', n))
          figures[columnOf(THREADS[i] as number)] = (TASKS / (performance.now() - began)) * 1_000
        }
        return figures
      },
      close: () => Promise.all(pools.map((pool) => pool.close())),
    }
  },
}))

/** Hands in all tasks, so many at a time, and checks their answers. */
async function handIn(run: (n: number) => Promise<unknown>): Promise<void> {
  let next = 0
  const lane = async (): Promise<void> => {
    for (let n = next++; n < TASKS; n = next++) {
      const answer = await run(n)
      if (answer !== n) throw new LostValuesError(`task ${n} was answered ${String(answer)}`)
    }
  }
  await Promise.all(Array.from({ length: AT_A_TIME }, lane))
}

function columnOf(threads: number): string {
  return `${threads} threads`
}
