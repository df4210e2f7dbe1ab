import { threadPool } from '@millrace/pool'
import { expect, test } from 'vitest'
import { soak } from '../src/stress/tasks/soak.ts'
import type * as tasks from '../src/stress/tasks/tasks.ts'

test('every task has its own answer, among tasks that throw, exit, never end and take all memory', async () => {
  const pool = threadPool<typeof tasks>(new URL('../src/stress/tasks/tasks.ts', import.meta.url), {
    threads: 2,
    cancelGraceMs: 0,
    resourceLimits: { maxOldGenerationSizeMb: 32, maxYoungGenerationSizeMb: 8 },
  })
  const report = await soak(pool, 2_000, 7, () => {})
  await pool.shutdown()
  expect(report.faults).toEqual([])
  expect(report.kinds.exit).toBeGreaterThan(5)
  expect(report.counts.crashes).toBe(report.kinds.exit + report.kinds.hog)
})
