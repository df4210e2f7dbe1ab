import type { PriorityPool } from '@millrace/pool'
import type { Item } from './items.ts'
import { codeOf, type Subject, SubmitError } from './subject.ts'

/** What of a pool is put under stress; one between threads has it too. */
interface Pool extends Pick<PriorityPool<Item>, 'drain'> {
  submit(item: Item, options?: { readonly timeoutMs: number }): Promise<unknown>
  submitMany(items: readonly Item[], options?: { readonly timeoutMs: number }): Promise<unknown>
}

/** Our pool, in this event loop or in another thread. */
export class PoolSubject implements Subject {
  readonly #pool: Pool

  constructor(pool: Pool) {
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
