/**
 * The pipeline that packing, checking and comparing have in common, with what is told about it while it runs.
 *
 *     source ─▶ read ═▶ task ═▶ finish        ═▶ several at once, in any order
 *              files   threads  files
 */
import { availableParallelism } from 'node:os'
import type { WaitOptions } from '@millrace/notify'
import { from, type Pipeline, type PipelineStats, type Run, type Value } from '@millrace/pipeline'
import { type ThreadPool, threadPool } from '@millrace/pool'
import type { Progress, StageProgress } from './api.ts'

/** At most so many files are read at a time. */
const READS = 16
/** At most so many files are written at a time, so that the disk can sync several together. */
const WRITES = 16
const PROGRESS_MS = 100
/** A thread makes much garbage and keeps little: so its young generation stays small. */
const THREAD_LIMITS = { maxYoungGenerationSizeMb: 8 }

/** The threads' tasks. */
export type Threads = ThreadPool<typeof import('./tasks.ts')>

/** Settings of a run that a user of `pack` or `verify` makes. */
export interface FlowOptions {
  /** Threads that hash, compress and expand; as many as the machine runs at a time if not given. */
  readonly threads?: number | undefined
  /** Ends the run, which then rejects with `signal.reason`. */
  readonly signal?: AbortSignal | undefined
  /** Called about ten times a second. */
  readonly onProgress?: ((progress: Progress) => void) | undefined
}

/** What passes through the stages. The functions settle chunks themselves; what they emit is only handed on. */
export interface Flow<C extends Value, R extends Value, D extends Value> {
  /** What the four stages are called. */
  readonly names: readonly [source: string, read: string, task: string, finish: string]
  /** The chunks. Its waits for room end with the flow. */
  source(waiting: WaitOptions): AsyncIterable<C>
  /** Reads a chunk; `undefined` if that is the end of it. */
  read(chunk: C): Promise<R | undefined>
  /** Adds the stage of the threads. */
  task(chunks: Pipeline<R>, threads: Threads, options: { ordered: false; name: string }): Pipeline<D>
  /** Does the rest. */
  finish(chunk: D): Promise<number>
  /** The bytes done by the stages. */
  bytes(): readonly number[]
  /** How long the source has waited for room so far. */
  waitedMs(): number
  /** A stage beside the four, if there is one. */
  extra?(): StageProgress
}

/** How a flow went. */
export interface FlowSummary extends Progress {
  /** The name of the stage that held up the others: the one with the highest busy share. */
  readonly bottleneck: string
}

/** Runs a flow to its end. Rejects with its first error, when nothing of it works any more. */
export async function runFlow<C extends Value, R extends Value, D extends Value>(
  flow: Flow<C, R, D>,
  { threads = availableParallelism(), signal, onProgress }: FlowOptions,
): Promise<FlowSummary> {
  const [source, read, task, finish] = flow.names
  signal?.throwIfAborted()
  const stop = new AbortController()
  const pool: Threads = threadPool(new URL('./tasks.ts', import.meta.url), { threads, resourceLimits: THREAD_LIMITS })
  const chunks = from(flow.source({ signal: stop.signal }), { name: source }).filterMap((chunk) => flow.read(chunk), {
    concurrency: READS,
    ordered: false,
    name: read,
  })
  const run = flow
    .task(chunks, pool, { ordered: false, name: task })
    .map((chunk) => flow.finish(chunk), { concurrency: WRITES, ordered: false, name: finish })
    .run({ signal })
  const ticking = setInterval(() => onProgress?.(progressOf(flow, run.stats())), PROGRESS_MS).unref()
  try {
    await drain(run)
    const progress = progressOf(flow, await run.done)
    onProgress?.(progress)
    const busiest = progress.stages.reduce((a, b) => (b.busy > a.busy ? b : a))
    return { ...progress, bottleneck: busiest.name }
  } finally {
    clearInterval(ticking)
    stop.abort()
    await pool.shutdown({ timeoutMs: 0 })
  }
}

function progressOf(
  flow: Pick<Flow<Value, Value, Value>, 'bytes' | 'waitedMs' | 'extra'>,
  { elapsedMs, source, stages }: PipelineStats,
): Progress {
  const bytes = flow.bytes()
  // Waiting for room is not work of the source; to the pipeline it looks the same.
  const sourceBusy = elapsedMs > 0 ? Math.max(0, source.busyMs - flow.waitedMs()) / elapsedMs : 0
  const four = [{ ...source, busy: sourceBusy }, ...stages].map(
    ({ name, running, waiting, done, busy }, index): StageProgress => ({
      name,
      running,
      waiting,
      done,
      bytes: bytes[index],
      busy,
    }),
  )
  const extra = flow.extra?.()
  return { elapsedMs, stages: extra === undefined ? four : [...four, extra] }
}

/** Takes the results, which are only numbers: all work is done in the stages. */
async function drain(run: Run<number>): Promise<void> {
  while ((await run.output.receiveMany(64)).length > 0);
}
