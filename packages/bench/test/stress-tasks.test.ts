import { threadPool } from '@millrace/pool'
import { expect, test } from 'vitest'
import { soak } from '../src/stress/tasks/soak.ts'
import type * as tasks from '../src/stress/tasks/tasks.ts'

test('every task has its own answer, among tasks that throw, exit, never end and take all memory', {
  timeout: 300_000,
}, async () => {
  const pool = threadPool<typeof tasks>(new URL('../src/stress/tasks/tasks.ts', import.meta.url), {
    threads: 2,
    cancelGraceMs: 0,
    resourceLimits: { maxOldGenerationSizeMb: 32, maxYoungGenerationSizeMb: 8 },
  })
  const report = await soak(pool, 700, 2, () => {})
  await pool.shutdown()
  expect(report.faults).toEqual([])
  expect(report.kinds).toMatchObject({ fail: 40, exit: 8, abort: 10, timeout: 12, hog: 2 })
  expect(report.counts.crashes).toBe(report.kinds.exit + report.kinds.hog)
})
