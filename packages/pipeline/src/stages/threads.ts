import { show } from '@millrace/notify'
import type { ThreadRunner, ThreadsOptions } from '../api.ts'
import { checkCount, checkFunction } from '../options.ts'
import type { StagePlan } from '../plan.ts'
import type { Call } from './call.ts'
import { callPlan, STAGE_OPTIONS } from './call-plan.ts'

/** How a pool's `run` is called; `ThreadRunner` says it of all pools, whatever their tasks. */
type RunTask = (name: string, args: readonly unknown[], options: object) => Promise<unknown>

/** A stage that calls a task of a pool with each item. */
export function threadsPlan(
  pool: ThreadRunner<unknown>,
  task: string,
  options: ThreadsOptions<never> | undefined,
): StagePlan {
  if (typeof pool?.run !== 'function') throw new TypeError(`threads: pool: expected a thread pool, got ${show(pool)}`)
  if (typeof task !== 'string') throw new TypeError(`threads: name: expected the name of a task, got ${show(task)}`)
  checkCount('threads: pool.threads', pool.threads, 1)
  const transfer = options?.transfer
  if (transfer !== undefined) checkFunction('threads: transfer', transfer)
  const run = pool.run.bind(pool) as unknown as RunTask
  const call: Call = (item, _index, { signal }) =>
    run(task, [item], transfer === undefined ? { signal } : { signal, transfer: transfer(item) })
  return callPlan(
    {
      verb: 'threads',
      name: task,
      call,
      ifUndefined: 'fail',
      concurrency: 2 * pool.threads,
      options: [...STAGE_OPTIONS, 'transfer'],
    },
    options,
  )
}
