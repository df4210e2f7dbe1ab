import { type ThreadPool, type ThreadPoolOptions, threadPool } from '@millrace/pool'
import { onTestFinished } from 'vitest'

export { changed, open, rejection, shared, stopTimers } from '../support.ts'

export type MoreTasks = typeof import('../fixtures/more-tasks.ts')

export const moreTasksUrl: URL = new URL('../fixtures/more-tasks.ts', import.meta.url)

/** A pool that is gone after the test, whatever the test left in it. */
export function pool(options?: ThreadPoolOptions): ThreadPool<MoreTasks> {
  const made = threadPool<MoreTasks>(moreTasksUrl, options)
  onTestFinished(async () => {
    await made.shutdown({ timeoutMs: 0 })
  })
  return made
}

/** A pool whose threads are ready, and that knows `echo`, `count` and `add` as short. */
export async function fastPool(
  options: ThreadPoolOptions & { readonly threads: number },
): Promise<ThreadPool<MoreTasks>> {
  const made = pool(options)
  await made.ready()
  const words = new Int32Array(new SharedArrayBuffer(4))
  for (let i = 0; i < 100; i++) {
    for (const name of ['echo', 'add', 'count'] as const) {
      const call = () => (name === 'count' ? made.run(name, [words, 0]) : made.run(name, [i, 1] as never))
      await Promise.all(Array.from({ length: 4 }, call))
    }
  }
  return made
}

/** All items of a stream. */
export async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const taken: T[] = []
  for await (const item of items) taken.push(item)
  return taken
}
