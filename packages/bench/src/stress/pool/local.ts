import { priorityPool } from '@millrace/pool'
import type { Item } from './items.ts'
import { PoolSubject } from './pool-subject.ts'
import type { Ground } from './subject.ts'

/** Our pool by one of its structures. */
export function openLocal(structure: 'heap' | 'buckets', capacity: number): Ground {
  const pool = priorityPool<Item>({ capacity, structure, priority: (item) => item.priority })
  const subject = new PoolSubject(pool)
  return { subject: () => subject, close: async () => pool.close() }
}
