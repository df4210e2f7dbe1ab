import { type PriorityPool, priorityPool } from '@millrace/pool'
import type { Item } from './items.ts'
import { codeOf, type Ground, type Subject, SubmitError } from './subject.ts'

/** Our pool in this event loop. */
class LocalSubject implements Subject {
  readonly #pool: PriorityPool<Item>

  constructor(pool: PriorityPool<Item>) {
    this.#pool = pool
  }

  submit(item: Item, timeoutMs: number | undefined): Promise<unknown> {
    if (timeoutMs === undefined) return this.#pool.submit(item)
    return this.#pool.submit(item, { timeoutMs }).catch((error: unknown) => {
      throw codeOf(error) === 'timeout' ? new SubmitError('full', 0, { cause: error }) : error
    })
  }

  submitMany(items: readonly Item[], timeoutMs: number | undefined): Promise<unknown> {
    if (timeoutMs === undefined) return this.#pool.submitMany(items)
    return this.#pool.submitMany(items, { timeoutMs }).catch((error: { sent?: number; cause?: unknown }) => {
      throw codeOf(error.cause) === 'timeout' ? new SubmitError('full', error.sent, { cause: error }) : error
    })
  }

  drain(count: number, timeoutMs: number): Promise<Item[]> {
    return this.#pool.drain(count, { timeoutMs })
  }
}

/** Our pool by one of its structures. */
export function openLocal(structure: 'heap' | 'buckets', capacity: number): Ground {
  const pool = priorityPool<Item>({ capacity, structure, priority: (item) => item.priority })
  const subject = new LocalSubject(pool)
  return { subject: () => subject, close: async () => pool.close() }
}
