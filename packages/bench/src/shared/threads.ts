/**
 * Makes a drive of two ends: the far one in a worker, the near one in the main thread or in a worker too.
 *
 *     main                       far worker            near worker, or main itself
 *     ── module, data ─────────▶ loads, attaches
 *     ── module, data ───────────────────────────────▶ loads, attaches
 *     ── items ────────────────▶ sends, answers
 *     ── items ──────────────────────────────────────▶ counts
 *     ◀── done, tally ───────────┴─────────────────────┘
 *
 * INVARIANT  a run begins when both threads have ended the one before.
 */
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import type { Drive, Tally } from '../topology.ts'
import { type Ends, routeOf, type Share, type SharedEntry } from './contender.ts'
import type { SharedScenario } from './scenario.ts'
import type { ThreadJob } from './thread.worker.ts'

/** The drive of a contender, ready to run. Its threads live as long as the process. */
export async function openDrive({ contender, module }: SharedEntry, scenario: SharedScenario): Promise<Drive> {
  const route = routeOf(contender, scenario)
  if ('drive' in route) return route.drive(scenario)
  const { near, far } = route.open(scenario)
  const job = { module: module.href, scenario: scenario.name }
  const runFar = await startThread({ ...job, end: 'far' }, far)
  const runNear = await startNear(route, near, scenario, job)
  return async ({ items }) => {
    const sent = runFar(items) // First, since near may block this thread until it has everything.
    const [tally] = await Promise.all([runNear(items), sent])
    return tally
  }
}

async function startNear(
  route: Ends,
  share: Share<unknown>,
  scenario: SharedScenario,
  job: Pick<ThreadJob, 'module' | 'scenario'>,
): Promise<(items: number) => Promise<Tally> | Tally> {
  if (scenario.near === 'main') return route.near(share.data, scenario)
  const run = await startThread({ ...job, end: 'near' }, share)
  return async (items) => (await run(items)) as Tally
}

/** Starts a worker and resolves once it is ready. What it is then called with is its next run. */
async function startThread(
  job: Omit<ThreadJob, 'data'>,
  { data, transfer = [] }: Share<unknown>,
): Promise<(items: number) => Promise<unknown>> {
  const worker = new Worker(new URL('./thread.worker.ts', import.meta.url), {
    workerData: { ...job, data } satisfies ThreadJob,
    transferList: [...transfer],
  })
  await once(worker, 'message')
  return async (items) => {
    worker.postMessage(items)
    const [answer] = await once(worker, 'message')
    return answer
  }
}
