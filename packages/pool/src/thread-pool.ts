import { notify, Waiter, type WaitOptions } from '@millrace/notify'
import { AbortWatch } from './abort-watch.ts'
import { Admission } from './admission.ts'
import type {
  AnyTasks,
  ShutdownOptions,
  ShutdownReport,
  StreamNames,
  StreamOptions,
  SubmitOptions,
  Task,
  TaskArguments,
  TaskItem,
  TaskNames,
  TaskResult,
  ThreadPool,
  ThreadPoolMetrics,
  ThreadPoolOptions,
} from './api.ts'
import { Closing, type ClosingPool, type Counts } from './closing.ts'
import { PoolError } from './errors.ts'
import {
  checkCall,
  checkShutdown,
  checkStream,
  checkWait,
  moduleUrl,
  noOptions,
  type PoolSettings,
  poolSettings,
} from './options.ts'
import { type Outcome, PoolTask, type Sink, type TaskOwner } from './task.ts'
import { type ExecutorOwner, ThreadExecutor } from './thread/executor.ts'
import { ItemStream } from './thread/item-stream.ts'

/**
 * The verbs of a pool, from the call to the end of its task.
 *
 *     submit ──▶ admission ── executor ──▶ ended()
 *                    └── cancel() ────────────▲
 *
 * INVARIANT  there is a timer that keeps the process alive exactly while a task has not ended, or somebody waits for threads;
 *            after that the threads that are told to leave do so. A pool that never had a task leaves nothing behind when it
 *            is dropped.
 */
class LocalThreadPool<M> implements ThreadPool<M>, TaskOwner, ExecutorOwner, ClosingPool {
  readonly admission: Admission
  readonly counts: Counts = { done: 0, failed: 0, cancelled: 0, killed: 0, crashes: 0 }
  readonly #executor: ThreadExecutor
  readonly #settings: PoolSettings
  readonly #watch = new AbortWatch<PoolTask>((task, reason) => this.cancel(task, reason))
  readonly #quiet = notify()
  #lastId = 0
  #waitingForThreads = 0
  #keepAlive: ReturnType<typeof setInterval> | undefined
  #closing: Closing | undefined

  constructor(module: URL, settings: PoolSettings) {
    this.#settings = settings
    this.admission = new Admission(settings.maxPending, settings.overflow)
    const worker = new URL('./thread.worker.ts', import.meta.url)
    this.#executor = new ThreadExecutor(worker, module, settings, this)
  }

  get threads(): number {
    return this.#settings.threads
  }

  get pending(): number {
    return this.admission.pending
  }

  get running(): number {
    return this.#executor.running
  }

  get isBusy(): boolean {
    return this.#executor.length + this.admission.length > 0
  }

  async submit<K extends TaskNames<M>>(
    name: K,
    args: TaskArguments<M, K>,
    options?: SubmitOptions,
  ): Promise<Task<TaskResult<M, K>>> {
    return (await this.#accept('submit', name, args, options)) as Task<TaskResult<M, K>>
  }

  run<K extends TaskNames<M>>(name: K, args: TaskArguments<M, K>, options?: SubmitOptions): Promise<TaskResult<M, K>> {
    let result: Promise<unknown>
    try {
      const accepted = this.#accept('run', name, args, options)
      result = accepted instanceof PoolTask ? accepted.result : accepted.then((task) => task.result)
    } catch (error) {
      result = Promise.reject(error)
    }
    return result as Promise<TaskResult<M, K>>
  }

  stream<K extends StreamNames<M>>(
    name: K,
    args: TaskArguments<M, K>,
    options: StreamOptions = noOptions,
  ): AsyncIterator<TaskItem<M, K>, undefined> & AsyncIterable<TaskItem<M, K>> & AsyncDisposable {
    checkStream(name, args, options)
    const { ahead = 16, ...others } = options
    const { signal } = others
    const source = {
      submit: (sink: Sink, leave: AbortSignal) =>
        this.#accept(
          'stream',
          name,
          args,
          { ...others, signal: signal ? AbortSignal.any([signal, leave]) : leave },
          sink,
        ),
      tell: (task: PoolTask, message: 'enough' | number) => task.thread?.tell(task, message),
      graceMs: this.#settings.cancelGraceMs,
    }
    return new ItemStream<TaskItem<M, K>>(source, ahead)
  }

  async runOnAll<K extends TaskNames<M>>(
    name: K,
    args: TaskArguments<M, K>,
    options: SubmitOptions = noOptions,
  ): Promise<TaskResult<M, K>[]> {
    checkCall('runOnAll', name, args, options)
    this.#checkOpen()
    if (options.signal?.aborted) throw options.signal.reason
    if (options.transfer !== undefined) throw new TypeError('transfer: what is moved can go to one thread only')
    const tasks = this.#executor.runOnAll(() => this.#make(name, args, options, undefined))
    return Promise.all(tasks.map(({ result }) => result as Promise<TaskResult<M, K>>))
  }

  async ready(options?: WaitOptions): Promise<void> {
    const refused = checkWait('ready', options)
    if (refused !== undefined) return refused
    this.#checkOpen()
    const waiter = new Waiter<void>()
    const stop = this.#executor.whenReady((error) => (error === undefined ? waiter.wake() : waiter.fail(error)))
    this.#waitingForThreads++
    this.#hold()
    if (options !== undefined) waiter.limit(options)
    try {
      await waiter.promise
    } finally {
      stop()
      this.#waitingForThreads--
      this.#rest()
    }
  }

  async idle(options?: WaitOptions): Promise<void> {
    const refused = checkWait('idle', options)
    if (refused !== undefined) return refused
    if (this.isBusy) await this.#quiet.wait(options)
  }

  async shutdown(options: ShutdownOptions = noOptions): Promise<ShutdownReport> {
    checkShutdown(options)
    this.#closing ??= new Closing(this)
    if (options.timeoutMs !== undefined) this.#closing.setDeadline(options.timeoutMs)
    return this.#closing.report
  }

  metrics(): ThreadPoolMetrics {
    const { done, failed, cancelled, crashes } = this.counts
    const { pending, waiting } = this.admission
    const liveThreads = this.#executor.crew.size
    return { liveThreads, waiting, pending, running: this.running, done, failed, cancelled, crashes }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.shutdown()
  }

  /** Ends a task early, wherever it is. */
  cancel(task: PoolTask, reason: unknown): void {
    const { submission } = task
    if (submission === undefined) this.#executor.cancel(task, reason)
    else {
      this.admission.refuse(submission, reason)
      this.#forget(task)
    }
  }

  cancelAll(reason: unknown): void {
    this.#executor.cancelAll(reason)
  }

  hearAll(): void {
    this.#executor.hearAll()
  }

  stop(): Promise<void> {
    return this.#executor.crew.close()
  }

  started(): void {}

  ended(task: PoolTask, outcome: Outcome, how?: 'killed'): void {
    const signal = task.call.signal
    if (signal !== undefined) this.#watch.remove(signal, task)
    this.counts[outcome.state]++
    if (how !== undefined) this.counts.killed++
    task.end(outcome)
    this.#rest()
  }

  crashed(): void {
    this.counts.crashes++
  }

  #accept(
    verb: 'submit' | 'run' | 'stream',
    name: string,
    args: readonly unknown[],
    options: SubmitOptions = noOptions,
    sink?: Sink,
  ): PoolTask | Promise<PoolTask> {
    if (sink === undefined) checkCall(verb, name, args, options)
    this.#checkOpen()
    const { signal, timeoutMs } = options
    if (signal?.aborted) throw signal.reason
    this.admission.checkRoom()
    const task = this.#make(name, args, options, sink)
    const submission = this.admission.offer(task, timeoutMs, () => this.#forget(task))
    if (submission !== undefined) return submission
    this.#executor.dispatch()
    return task
  }

  #make(name: string, args: readonly unknown[], options: SubmitOptions, sink: Sink | undefined): PoolTask {
    const { signal, transfer, runTimeoutMs = this.#settings.runTimeoutMs } = options
    const call = { name, args, transfer: transfer && [...transfer], signal, runTimeoutMs, sink }
    const task = new PoolTask(++this.#lastId, call, this)
    if (signal !== undefined) this.#watch.add(signal, task)
    this.#hold()
    return task
  }

  #checkOpen(): void {
    if (this.#closing !== undefined) throw new PoolError('closed', 'the pool is shut down and accepts no task')
  }

  /** A task that was never accepted leaves no trace. */
  #forget(task: PoolTask): void {
    const signal = task.call.signal
    if (signal !== undefined) this.#watch.remove(signal, task)
    task.submission = undefined
    this.#rest()
  }

  #hold(): void {
    this.#keepAlive ??= setInterval(() => {}, 2 ** 30)
  }

  #rest(): void {
    if (this.isBusy) return
    if (this.#waitingForThreads === 0) {
      clearInterval(this.#keepAlive)
      this.#keepAlive = undefined
    }
    this.#quiet.notifyAll()
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
 * await pool.shutdown()
 */
export function threadPool<M = AnyTasks>(module: URL | string, options: ThreadPoolOptions = noOptions): ThreadPool<M> {
  return new LocalThreadPool<M>(moduleUrl(module), poolSettings(options))
}
