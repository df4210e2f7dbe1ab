/** The load tests of the Rust pool that ours descends from: its numbers of tasks, sleeps and limits. */
import { taskPool, threadPool } from '@millrace/pool'
import { closed, Gauge, type Part, timed } from './part.ts'
import type * as tasks from './tasks.ts'

/** How much of a load is run, and on what. */
export interface Extent {
  /** Of all numbers of tasks this share. */
  readonly scale: number
  /** For tasks that keep a thread busy. */
  readonly threads: number
}

/** One load test. */
export interface Load {
  readonly title: string
  run(extent: Extent): Promise<readonly Part[]>
}

/** The name of a load test. */
export type LoadName = 'burst' | 'sustained' | 'blocking' | 'mixed' | 'wide' | 'failing' | 'scopes' | 'stream-batch'

/** All of them, by name. */
export const LOADS: Readonly<Record<LoadName, Load>> = {
  burst: {
    title: '10,000 tasks that sleep for 100 µs, 100 at a time',
    run: async (extent) => [await sleepers('tasks', numbers(extent, 10_000), 0.1, 100)],
  },
  sustained: {
    title: '5,000 tasks that sleep for 5 ms, 50 at a time',
    run: async (extent) => [await sleepers('tasks', numbers(extent, 5_000), 5, 50)],
  },
  blocking: {
    title: '1,000 tasks that keep a thread busy for 10 ms',
    run: async (extent) => [await busy(numbers(extent, 1_000), 10, extent.threads)],
  },
  mixed: {
    title: 'tasks that sleep, tasks that keep a thread busy and a stream, side by side',
    run: (extent) =>
      Promise.all([
        sleepers('tasks of 500 µs', numbers(extent, 2_000), 0.5, 100),
        busy(numbers(extent, 500), 2, extent.threads),
        streamed('stream of 1 ms', numbers(extent, 1_000), 1, 100),
      ]),
  },
  wide: {
    title: '50,000 tasks that sleep for 50 µs, 500 at a time',
    run: async (extent) => [await sleepers('tasks', numbers(extent, 50_000), 0.05, 500)],
  },
  failing: {
    title: '1,000 tasks of which every tenth throws, 50 at a time',
    run: async (extent) => [await failing(numbers(extent, 1_000), 50)],
  },
  scopes: {
    title: 'three scopes of one pool with 2,000 tasks each',
    run: (extent) => scopes(numbers(extent, 2_000), 3, 100),
  },
  'stream-batch': {
    title: '20,000 items as a stream and in batches of 100, 200 at a time',
    run: async (extent) => {
      const items = numbers(extent, 20_000)
      return [await streamed('stream', items, 0.1, 200), await batched(items, 100, 200)]
    },
  },
}

async function sleepers(what: string, items: readonly number[], ms: number, limit: number): Promise<Part> {
  const pool = taskPool({ concurrency: limit })
  const run = (gauge: Gauge) => Promise.all(items.map((n) => pool.run(() => gauge.sleep(ms, n))))
  return closed(await timed(what, limit, items, run), pool, items.length)
}

async function busy(items: readonly number[], ms: number, threads: number): Promise<Part> {
  const pool = threadPool<typeof tasks>(new URL('./tasks.ts', import.meta.url), { threads })
  await pool.ready()
  const run = () => Promise.all(items.map((n) => pool.run('busy', [n, ms])))
  return closed(await timed(`on ${threads} threads`, threads, items, run), pool, items.length)
}

async function streamed(what: string, items: readonly number[], ms: number, limit: number): Promise<Part> {
  const pool = taskPool({ concurrency: limit })
  const part = await timed(what, limit, items, async (gauge) => {
    const answers: number[] = []
    for await (const n of pool.stream(items, (n) => gauge.sleep(ms, n), { ordered: false })) answers.push(n)
    return answers.sort((a, b) => a - b)
  })
  return closed(part, pool, items.length)
}

async function batched(items: readonly number[], size: number, limit: number): Promise<Part> {
  const pool = taskPool({ concurrency: limit })
  const part = await timed('batches', limit, items, (gauge) =>
    pool.batch(items, size, async (chunk) => {
      await gauge.sleep(0.1, 0)
      return chunk
    }),
  )
  return closed(part, pool, Math.ceil(items.length / size))
}

/** A failure counts as the answer that is wanted, if it is that of its own task. */
async function failing(items: readonly number[], limit: number): Promise<Part> {
  const pool = taskPool({ concurrency: limit })
  const expected = items.map((n) => (n % 10 === 9 ? -n : n))
  const part = await timed('tasks', limit, expected, async (gauge) => {
    const settled = await Promise.allSettled(
      items.map((n) =>
        pool.run(async () => {
          await gauge.sleep(0.1, n)
          if (n % 10 === 9) throw n
          return n
        }),
      ),
    )
    return settled.map((one) => (one.status === 'fulfilled' ? one.value : -one.reason))
  })
  const failed = expected.filter((n) => n < 0).length
  return closed(part, pool, items.length - failed, failed)
}

async function scopes(items: readonly number[], count: number, limit: number): Promise<readonly Part[]> {
  const pool = taskPool({ concurrency: limit })
  const gauge = new Gauge()
  const parts = await Promise.all(
    Array.from({ length: count }, (_, i) =>
      timed(
        `scope ${i + 1}`,
        limit,
        items,
        () => pool.scoped((scope) => Promise.all(items.map((n) => scope.run(() => gauge.sleep(0.1, n))))),
        gauge,
      ),
    ),
  )
  const last = parts.at(-1) as Part
  return [...parts.slice(0, -1), await closed(last, pool, count * items.length)]
}

function numbers({ scale }: Extent, count: number): number[] {
  return Array.from({ length: Math.max(1, Math.round(count * scale)) }, (_, n) => n)
}
