import { string } from '@millrace/ring/codec'
import { afterEach } from 'vitest'
import {
  type AttachedPriorityPool,
  attachPriorityPool,
  type SharedPriorityPool,
  type SharedPriorityPoolOptions,
  sharedPriorityPool,
} from '../../src/shared.ts'

type Options = Partial<SharedPriorityPoolOptions<string>>

let opened: SharedPriorityPool<string>[] = []

/** A pool, and an end of it as another thread would have one. */
export function open(options: Options = {}): SharedPriorityPool<string> & { there: AttachedPriorityPool<string> } {
  const made = sharedPriorityPool({ capacity: 10, codec: string(20), ...options })
  opened.push(made)
  return { ...made, there: attachPriorityPool(made.handle) }
}

afterEach(async () => {
  for (const { pool } of opened) {
    pool.close()
    pool.clear()
    await pool.whenClosed()
  }
  opened = []
})
