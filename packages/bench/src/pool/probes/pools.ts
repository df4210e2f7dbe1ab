/** The pools that are asked, each with its usual settings. */
import { threadPool } from '@millrace/pool'
import { Piscina } from 'piscina'
import { FixedThreadPool } from 'poolifier'
import { Tinypool } from 'tinypool'
import workerpool from 'workerpool'
import type * as tasks from './tasks.ts'

/** A pool under question. */
export interface ProbedPool {
  run(name: keyof typeof tasks, argument?: unknown, signal?: AbortSignal): Promise<unknown>
  close(): unknown
}

const TASKS = new URL('./tasks.ts', import.meta.url)
const LIMITS = { maxOldGenerationSizeMb: 32 }

/** How each is made, with so many threads. */
export const POOLS: Readonly<Record<string, (threads: number) => ProbedPool>> = {
  millrace(threads) {
    const pool = threadPool<typeof tasks>(TASKS, { threads, resourceLimits: LIMITS })
    return {
      run: (name, argument, signal) => pool.run(name, [argument] as never, { signal }),
      close: () => pool.shutdown(),
    }
  },
  piscina(threads) {
    const options = { minThreads: threads, maxThreads: threads, resourceLimits: LIMITS }
    const pool = new Piscina({ filename: TASKS.href, ...options })
    return {
      run: (name, argument, signal) => pool.run(argument, { name, ...(signal && { signal }) }),
      close: () => pool.destroy(),
    }
  },
  tinypool(threads) {
    const options = { minThreads: threads, maxThreads: threads, resourceLimits: LIMITS }
    const pool = new Tinypool({ filename: TASKS.href, ...options })
    return {
      run: (name, argument, signal) => pool.run(argument, { name, ...(signal && { signal }) }),
      close: () => pool.destroy(),
    }
  },
  workerpool(threads) {
    const file = new URL('./workerpool.worker.ts', import.meta.url).pathname
    const options = { minWorkers: threads, maxWorkers: threads, workerType: 'thread' } as const
    const pool = workerpool.pool(file, { ...options, workerThreadOpts: { resourceLimits: LIMITS } })
    return {
      async run(name, argument, signal) {
        const task = pool.exec(name, [argument])
        signal?.addEventListener('abort', () => task.cancel())
        return task
      },
      close: () => pool.terminate(true),
    }
  },
  poolifier(threads) {
    const file = new URL('./poolifier.worker.ts', import.meta.url).pathname
    const pool = new FixedThreadPool<unknown, unknown>(threads, file, {
      errorHandler: () => {},
      workerOptions: { resourceLimits: LIMITS },
    })
    return { run: (name, argument, signal) => pool.execute(argument, name, signal), close: () => void pool.destroy() }
  },
}
