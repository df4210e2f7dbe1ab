import type { WaitOptions } from '@millrace/notify'
import type { PoolMetrics, ShutdownOptions, ShutdownReport } from './api.ts'
import { PoolCore } from './core.ts'
import { startMonitor } from './metrics/monitor.ts'
import { checkCore, checkCount, checkGrace, checkNames } from './options.ts'
import { FunctionExecutor } from './task/function-executor.ts'
import { keepKinds } from './task/kept.ts'
import type { TaskPool, TaskPoolOptions } from './task-api.ts'
import { FunctionVerbs } from './verbs/function-verbs.ts'

const NAMES: ReadonlySet<string> = new Set([
  'concurrency',
  'maxPending',
  'overflow',
  'perKey',
  'runTimeoutMs',
  'cancelGraceMs',
  'metrics',
] satisfies (keyof TaskPoolOptions)[])

/** A pool of functions: the verbs, and what concerns all of its tasks. */
class LocalTaskPool extends FunctionVerbs implements TaskPool {
  readonly #core: PoolCore

  constructor(core: PoolCore) {
    super(core, undefined)
    this.#core = core
  }

  get concurrency(): number {
    return this.#core.size
  }

  get pending(): number {
    return this.#core.admission.pending
  }

  get running(): number {
    return this.#core.executor.running
  }

  metrics(): PoolMetrics {
    return this.#core.metrics()
  }

  monitor(everyMs: number, onMetrics: (metrics: PoolMetrics) => void): () => void {
    return startMonitor(everyMs, onMetrics, () => this.#core.metrics())
  }

  pause(): void {
    this.#core.pause()
  }

  resume(): void {
    this.#core.resume()
  }

  resize(size: number): void {
    this.#core.resize(size)
  }

  idle(options?: WaitOptions): Promise<void> {
    return this.#core.idle(options)
  }

  shutdown(options?: ShutdownOptions): Promise<ShutdownReport> {
    return this.#core.shutdown(options)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#core.shutdown()
  }
}

/**
 * Makes a pool that runs async functions in this event loop, at most `concurrency` at a time.
 *
 * Throws `TypeError` or `RangeError` for a wrong option.
 *
 * @example
 * const pool = taskPool({ concurrency: 2 })
 * await pool.run(async ({ signal }) => (signal.aborted ? 'stopped' : 'done')) // => 'done'
 * await pool.map([1, 2, 3], async (n) => n * n) // => [1, 4, 9]
 * await pool.shutdown()
 */
export function taskPool(options: TaskPoolOptions): TaskPool {
  checkNames('taskPool', options, NAMES)
  const { concurrency, cancelGraceMs = 100 } = options
  checkCount('concurrency', concurrency)
  checkGrace(cancelGraceMs)
  keepKinds()
  const settings = { ...checkCore(options), size: concurrency }
  return new LocalTaskPool(new PoolCore(settings, (owner) => new FunctionExecutor(concurrency, cancelGraceMs, owner)))
}
