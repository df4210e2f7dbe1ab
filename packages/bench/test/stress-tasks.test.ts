import { threadPool } from '@millrace/pool'
import { expect, test } from 'vitest'
import { countFaults, heapFaults, soak } from '../src/stress/tasks/soak.ts'
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
})

test('a soak has a fault where a count is off, and where memory is kept', () => {
  const kinds = { echo: 90, fail: 4, exit: 2, abort: 1, timeout: 2, hog: 1 }
  const counts = { submitted: 100, done: 90, failed: 7, cancelled: 3, crashes: 3, timedOut: 2 }
  expect(countFaults(counts, kinds)).toEqual([])
  expect(countFaults({ ...counts, done: 89, failed: 8 }, kinds)).toEqual([
    '89 are counted as done where 90 were',
    '8 are counted as failed where 7 were',
  ])
  expect(countFaults({ ...counts, crashes: 4 }, kinds)).toHaveLength(1)
  expect(heapFaults(20, 29)).toEqual([])
  expect(heapFaults(20, 31)).toEqual(['the heap grew from 20 to 31 MiB'])
})
