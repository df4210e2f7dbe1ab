import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import type { ThreadPool } from '@millrace/pool'
import { random } from '../../random.ts'
import type * as tasks from './tasks.ts'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

/** What a task is to come to, and how often in a thousand. */
const KINDS = { fail: 50, exit: 10, abort: 10, timeout: 10, hog: 1 } as const

/** Code that is compiled meanwhile, and tables that grow once. */
const HEAP_NOISE_MB = 8

type Kind = keyof typeof KINDS | 'echo'

/** How a soak went. */
export interface SoakReport {
  readonly tasks: number
  readonly seconds: number
  /** How many of each kind there were. */
  readonly kinds: Readonly<Record<Kind, number>>
  /** What came of them, as the pool counts it. */
  readonly counts: Readonly<Record<'submitted' | 'done' | 'failed' | 'cancelled' | 'crashes' | 'timedOut', number>>
  /** Heap in use after a tenth of the tasks and at the end, after a collection, in MiB. */
  readonly heapMb: readonly [early: number, late: number]
  /** Tasks that had another answer than their own, counts that do not add up, and memory that is kept. */
  readonly faults: readonly string[]
}

/** Runs so many mixed tasks, a hundred or so at a time, and checks each answer. */
export async function soak(
  pool: ThreadPool<typeof tasks>,
  count: number,
  seed: number,
  onProgress: (done: number) => void,
): Promise<SoakReport> {
  const dice = random(seed)
  const faults: string[] = []
  const kinds: Record<Kind, number> = { echo: 0, fail: 0, exit: 0, abort: 0, timeout: 0, hog: 0 }
  const began = performance.now()
  let [done, early] = [0, 0]
  const open = new Set<Promise<void>>()
  for (let n = 0; n < count; n++) {
    const kind = kindOf(dice.below(1_000))
    kinds[kind]++
    const settled = play(pool, kind, n, dice.below(20)).then((fault) => {
      if (fault !== undefined) faults.push(fault)
      open.delete(settled)
      if (++done % 1_000 === 0) onProgress(done)
      if (done === Math.ceil(count / 10)) early = heapMb()
    })
    open.add(settled)
    if (open.size >= 200) await Promise.race(open)
  }
  await Promise.all(open)
  await pool.idle()
  const seconds = (performance.now() - began) / 1_000
  const { submitted, done: well, failed, cancelled, crashes, timedOut, pending, running, waiting } = pool.metrics()
  const counts = { submitted, done: well, failed, cancelled, crashes, timedOut }
  const late = heapMb()
  faults.push(...countFaults(counts, kinds), ...heapFaults(early, late))
  if (pending + running + waiting > 0) faults.push(`${pending + running + waiting} tasks are left`)
  return { tasks: count, seconds, kinds, counts, heapMb: [early, late], faults }
}

/** Where the pool counts otherwise than the tasks were. */
export function countFaults(counts: SoakReport['counts'], kinds: SoakReport['kinds']): string[] {
  const { echo, fail, exit, abort, timeout, hog } = kinds
  const died = exit + hog
  const expected: SoakReport['counts'] = {
    submitted: echo + fail + died + abort + timeout,
    done: echo,
    failed: fail + died,
    cancelled: abort + timeout,
    crashes: died,
    timedOut: timeout,
  }
  const names = Object.keys(expected) as (keyof typeof expected)[]
  return names
    .filter((name) => counts[name] !== expected[name])
    .map((name) => `${counts[name]} are counted as ${name} where ${expected[name]} were`)
}

/** Whether more is kept at the end than a run of any length keeps. */
export function heapFaults(early: number, late: number): string[] {
  return late > 1.1 * early + HEAP_NOISE_MB ? [`the heap grew from ${early} to ${late} MiB`] : []
}

function kindOf(dice: number): Kind {
  let below = 0
  for (const [kind, share] of Object.entries(KINDS) as [Kind, number][]) {
    below += share
    if (dice < below) return kind
  }
  return 'echo'
}

/** Runs one task; what is wrong with its answer, if something is. */
async function play(pool: ThreadPool<typeof tasks>, kind: Kind, n: number, ms: number): Promise<string | undefined> {
  const answer = await run(pool, kind, n, ms).then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  )
  const { value, error } = answer as { value?: unknown; error?: { code?: string; exitCode?: number; n?: number } }
  const isRight = {
    echo: () => value === n,
    fail: () => error?.n === n,
    exit: () => error?.code === 'crashed' && error.exitCode === 1 + (n % 100),
    abort: () => (error as unknown) === n,
    timeout: () => error?.code === 'timeout',
    hog: () => error?.code === 'crashed',
  } satisfies Record<Kind, () => boolean>
  return isRight[kind]() ? undefined : `task ${n}, ${kind}: ${String(error ?? value)}`
}

function run(pool: ThreadPool<typeof tasks>, kind: Kind, n: number, ms: number): Promise<unknown> {
  if (kind === 'echo') return pool.run('echo', [n])
  if (kind === 'fail') return pool.run('fail', [n])
  if (kind === 'exit') return pool.run('exit', [1 + (n % 100)])
  if (kind === 'hog') return pool.run('hog', [])
  if (kind === 'timeout') return pool.run('spin', [], { runTimeoutMs: 1 + ms })
  const controller = new AbortController()
  setTimeout(() => controller.abort(n), ms)
  return pool.run('spin', [], { signal: controller.signal })
}

function heapMb(): number {
  collect()
  return Math.round((process.memoryUsage().heapUsed / 2 ** 20) * 10) / 10
}
