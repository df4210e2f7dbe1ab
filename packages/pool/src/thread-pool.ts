import { Waiter, type WaitOptions } from '@millrace/notify'
import type { PoolMetrics, ShutdownOptions, ShutdownReport } from './api.ts'
import { PoolCore } from './core.ts'
import { startMonitor } from './metrics/monitor.ts'
import { checkWait, noOptions } from './options.ts'
import type { Call } from './task.ts'
import { ThreadExecutor } from './thread/executor.ts'
import { checkCall, moduleUrl, type PoolSettings, poolSettings } from './thread/options.ts'
import type {
  AnyTasks,
  TaskArguments,
  TaskNames,
  TaskResult,
  ThreadPool,
  ThreadPoolOptions,
  ThreadSubmitOptions,
} from './thread-api.ts'
import { callOf, ExportVerbs, type ThreadCore } from './verbs/thread-verbs.ts'

/** A pool of threads: the verbs, and what concerns all of its threads. */
class LocalThreadPool<M> extends ExportVerbs<M> implements ThreadPool<M> {
  readonly #core: ThreadCore

  constructor(core: ThreadCore, settings: PoolSettings) {
    super(core, settings.cancelGraceMs, undefined)
    this.#core = core
  }

  get threads(): number {
    return this.#core.size
  }

  get pending(): number {
    return this.#core.admission.pending
  }

  get running(): number {
    return this.#core.executor.running
  }

  async runOnAll<K extends TaskNames<M>>(
    name: K,
    args: TaskArguments<M, K>,
    options: ThreadSubmitOptions = noOptions,
  ): Promise<TaskResult<M, K>[]> {
    checkCall('runOnAll', name, args, options)
    const core = this.#core
    core.checkOpen()
    if (options.signal?.aborted) throw options.signal.reason
    if (options.transfer !== undefined) throw new TypeError('transfer: what is moved can go to one thread only')
    if (options.retry !== undefined) throw new TypeError('retry: what runs on all threads is not run again')
    const call: Call = { ...callOf(core, options), isOwn: true }
    const tasks = core.executor.runOnAll(() => core.make({ name, args }, call))
    return Promise.all(tasks.map(({ result }) => result as Promise<TaskResult<M, K>>))
  }

  async ready(options?: WaitOptions): Promise<void> {
    const refused = checkWait('ready', options)
    if (refused !== undefined) return refused
    this.#core.checkOpen()
    const waiter = new Waiter<void>()
    const stop = this.#core.executor.whenReady((error) => (error === undefined ? waiter.wake() : waiter.fail(error)))
    const letGo = this.#core.hold()
    if (options !== undefined) waiter.limit(options)
    try {
      await waiter.promise
    } finally {
      stop()
      letGo()
    }
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
 * Makes a pool that runs the exported functions of a module on worker threads.
 *
 * The module is a `file:` or `data:` URL, as `URL` or as text, or an absolute path; it may be TypeScript where Node runs
 * that. Throws `TypeError` or `RangeError` for a wrong module or option. No thread starts before the first task.
 *
 * @example
 * const pool = threadPool<{ square(n: number): number }>(new URL('data:text/javascript,export const square = (n) => n * n'))
 * await pool.run('square', [12]) // => 144
 * await pool.map([1, 2, 3], 'square') // => [1, 4, 9]
 * await pool.shutdown()
 */
export function threadPool<M = AnyTasks>(module: URL | string, options: ThreadPoolOptions = noOptions): ThreadPool<M> {
  const url = moduleUrl(module)
  const settings = poolSettings(options)
  const worker = new URL('./thread.worker.ts', import.meta.url)
  const core = new PoolCore(settings, (owner) => new ThreadExecutor(worker, url, settings, owner))
  return new LocalThreadPool<M>(core, settings)
}
