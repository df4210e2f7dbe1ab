import { type ThreadPool, threadPool } from '@millrace/pool'
import { onTestFinished } from 'vitest'

/** A pool of two threads that know tasks of items. */
export function threads(): ThreadPool<typeof import('../fixtures/item-tasks.ts')> {
  const pool = threadPool<typeof import('../fixtures/item-tasks.ts')>(
    new URL('../fixtures/item-tasks.ts', import.meta.url),
    { threads: 2, cancelGraceMs: 10 },
  )
  onTestFinished(async () => void (await pool.shutdown({ timeoutMs: 0 })))
  return pool
}

/** The numbers below `length`. */
export const range = (length: number): number[] => Array.from({ length }, (_, i) => i)
