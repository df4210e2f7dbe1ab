import { availableParallelism } from 'node:os'
import { checkCount, checkObject } from './options.ts'
import type { TaskPoolOptions } from './task-api.ts'
import type { ThreadPoolOptions } from './thread-api.ts'

/**
 * Settings of a pool of functions that wait for others: disks, databases, services.
 *
 * Thirty-two for each processor that this process may use, cgroups counted, and ten times as many pending. What is given counts.
 *
 * @example
 * const pool = taskPool(ioBound({ concurrency: 8 }))
 * pool.concurrency // => 8
 */
export function ioBound(options: Partial<TaskPoolOptions> = {}): TaskPoolOptions {
  checkObject('ioBound', options)
  const { concurrency = 32 * availableParallelism() } = options
  checkCount('concurrency', concurrency)
  return { maxPending: 10 * concurrency, ...options, concurrency }
}

/**
 * Settings of a pool of threads that keep processors busy: one for each that this process may use, cgroups counted, and ten times as
 * many tasks pending. What is given counts.
 *
 * @example
 * cpuBound({ threads: 3 }) // => { threads: 3, maxPending: 30 }
 */
export function cpuBound(options: ThreadPoolOptions = {}): ThreadPoolOptions {
  checkObject('cpuBound', options)
  const { threads = availableParallelism() } = options
  checkCount('threads', threads)
  return { maxPending: 10 * threads, ...options, threads }
}
