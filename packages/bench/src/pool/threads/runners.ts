/** The pools under measurement, each with as many threads, behind one face. */
import { threadPool } from '@millrace/pool'
import { Piscina } from 'piscina'
import { FixedThreadPool } from 'poolifier'
import { Tinypool } from 'tinypool'
import workerpool from 'workerpool'
import type { Kind } from '../../contender.ts'
import type * as tasks from './tasks.ts'

/** The names of the tasks. */
export type TaskName = 'increment' | 'touch' | 'echo' | 'work' | 'turn' | 'add'

/** A pool, ready. */
interface Runner {
  run(name: TaskName, argument: unknown): Promise<unknown>
  close(): Promise<unknown>
}

/** How a pool is made. */
export interface Maker {
  readonly name: string
  readonly kind: Kind
  readonly note?: string | undefined
  make(threads: number): Promise<Runner>
}

const TASKS = new URL('./tasks.ts', import.meta.url)

/** Everybody. */
export const MAKERS: readonly Maker[] = [
  millrace('millrace', 0),
  {
    name: 'piscina',
    kind: 'peer',
    async make(threads) {
      const pool = new Piscina({ filename: TASKS.href, minThreads: threads, maxThreads: threads })
      return { run: (name, argument) => pool.run(argument, { name }), close: () => pool.destroy() }
    },
  },
  {
    name: 'tinypool',
    kind: 'peer',
    async make(threads) {
      const pool = new Tinypool({ filename: TASKS.href, minThreads: threads, maxThreads: threads })
      return { run: (name, argument) => pool.run(argument, { name }), close: () => pool.destroy() }
    },
  },
  {
    name: 'workerpool',
    kind: 'peer',
    async make(threads) {
      const file = new URL('./workerpool.worker.ts', import.meta.url)
      const options = { minWorkers: threads, maxWorkers: threads, workerType: 'thread' } as const
      const pool = workerpool.pool(file.pathname, options)
      return {
        run: (name, argument) => pool.exec(name, [argument]) as unknown as Promise<unknown>,
        close: () => pool.terminate(true) as unknown as Promise<unknown>,
      }
    },
  },
  {
    name: 'poolifier',
    kind: 'peer',
    note: 'bounds nothing: every task is posted at once',
    async make(threads) {
      const file = new URL('./poolifier.worker.ts', import.meta.url)
      const pool = new FixedThreadPool<unknown, unknown>(threads, file.pathname)
      return {
        run: (name, argument) => pool.execute(argument, name),
        // Not awaited: its destroy does not always settle.
        close: async () => void pool.destroy(),
      }
    },
  },
]

/** Ours with threads that look for the next task before they sleep. */
export const SPINNING: Maker = millrace('millrace, spinUs 200', 200)

function millrace(name: string, spinUs: number): Maker {
  return {
    name,
    kind: 'ours',
    async make(threads) {
      const pool = threadPool<typeof tasks>(TASKS, { threads, spinUs, maxPending: 100_000 })
      await pool.ready()
      return { run: (task, argument) => pool.run(task, [argument as never]), close: () => pool.shutdown() }
    },
  }
}
