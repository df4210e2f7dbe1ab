import { notify, type WaitOptions } from '@millrace/notify'
import { AbortWatch } from './abort-watch.ts'
import { Admission } from './admission.ts'
import type {
  AnyTasks,
  ShutdownOptions,
  ShutdownReport,
  SubmitOptions,
  Task,
  TaskArguments,
  TaskNames,
  TaskResult,
  ThreadPool,
  ThreadPoolMetrics,
  ThreadPoolOptions,
} from './api.ts'
import { Closing, type ClosingPool, type Counts } from './closing.ts'
import { Crew } from './crew.ts'
import { PoolError } from './errors.ts'
import {
  checkCall,
  checkShutdown,
  checkWait,
  moduleUrl,
  noOptions,
  type PoolSettings,
  poolSettings,
} from './options.ts'
import { type Outcome, PoolTask, type TaskOwner } from './task.ts'
import type { Answer } from './thread/messages.ts'
import { outcomeOf, outcomeOfDeath, unsendable } from './thread/outcomes.ts'
import type { Death, Run, Thread, ThreadOwner } from './thread/thread.ts'
import { traceOf } from './thread/thrown.ts'

/**
 * Brings tasks and threads together, one task to a thread.
 *
 *     submit ──▶ admission ── dispatch() ──▶ thread ── answered(), gone() ──▶ end()
 *                    └── cancel() ─────────────┴────────────────────────────────▲
 *
 * INVARIANT  a task is in exactly one place: waiting or pending in admission, in `#running`, or ended.
 * INVARIANT  after each event either no thread is free or no task pends.
 * INVARIANT  there is a timer that keeps the process alive exactly while a task has not ended; after that the threads
 *            that are told to leave do so. A pool that never had a task leaves nothing behind when it is dropped.
 */
class LocalThreadPool<M> implements ThreadPool<M>, TaskOwner, ThreadOwner, ClosingPool {
  readonly admission: Admission
  readonly crew: Crew
  readonly tasksRunning = new Map<PoolTask, Thread>()
  readonly counts: Counts = { done: 0, failed: 0, cancelled: 0, killed: 0, crashes: 0 }
  readonly #settings: PoolSettings
  readonly #watch = new AbortWatch<PoolTask>((task, reason) => this.cancel(task, reason))
  readonly #quiet = notify()
  #lastId = 0
  #keepAlive: ReturnType<typeof setInterval> | undefined
  #failing: ReturnType<typeof setImmediate> | undefined
  #closing: Closing | undefined

  constructor(module: URL, settings: PoolSettings) {
    this.#settings = settings
    this.admission = new Admission(settings.maxPending, settings.overflow)
    const worker = new URL('./thread.worker.ts', import.meta.url)
    this.crew = new Crew({ worker, module, settings }, this)
  }

  get threads(): number {
    return this.#settings.threads
  }

  get pending(): number {
    return this.admission.pending
  }

  get running(): number {
    return this.tasksRunning.size
  }

  async submit<K extends TaskNames<M>>(
    name: K,
    args: TaskArguments<M, K>,
    options?: SubmitOptions,
  ): Promise<Task<TaskResult<M, K>>> {
    return (await this.#accept('submit', name, args, options)) as Task<TaskResult<M, K>>
  }

  async run<K extends TaskNames<M>>(
    name: K,
    args: TaskArguments<M, K>,
    options?: SubmitOptions,
  ): Promise<TaskResult<M, K>> {
    const accepted = this.#accept('run', name, args, options)
    const task = accepted instanceof PoolTask ? accepted : await accepted
    return task.result as Promise<TaskResult<M, K>>
  }

  async idle(options?: WaitOptions): Promise<void> {
    const refused = checkWait('idle', options)
    if (refused !== undefined) return refused
    if (this.#isBusy()) await this.#quiet.wait(options)
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
    const liveThreads = this.crew.size
    return { liveThreads, waiting, pending, running: this.running, done, failed, cancelled, crashes }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.shutdown()
  }

  /** Ends a task early, wherever it is. */
  cancel(task: PoolTask, reason: unknown): void {
    const { submission } = task
    if (submission !== undefined) {
      this.admission.refuse(submission, reason)
      this.#forget(task)
    } else if (task.state === 'pending') {
      this.admission.withdraw(task)
      this.#end(task, { state: 'cancelled', error: reason })
    } else {
      this.tasksRunning.get(task)?.cancel(reason, this.#settings.cancelGraceMs)
    }
  }

  ready(thread: Thread): void {
    this.crew.joined(thread)
    this.#dispatch()
  }

  answered(thread: Thread, { task, cancelled }: Run, answer: Answer): void {
    this.tasksRunning.delete(task)
    this.crew.giveBack(thread)
    this.#dispatch()
    this.#end(task, cancelled ? { state: 'cancelled', error: cancelled.reason } : outcomeOf(task, answer))
  }

  overdue(task: PoolTask): void {
    const { name, call } = task
    this.cancel(task, new PoolError('timeout', `task "${name}" ran for more than ${call.runTimeoutMs} ms`))
  }

  gone(thread: Thread, death: Death): void {
    const { run, wasAsked } = death
    this.crew.left(thread, death)
    if (!wasAsked) this.counts.crashes++
    if (run !== undefined) {
      if (run.cancelled !== undefined && wasAsked) this.counts.killed++
      this.tasksRunning.delete(run.task)
      this.#end(run.task, outcomeOfDeath(run, death))
    } else if (!wasAsked && thread.isReady) {
      const how = death.cause === undefined ? `code ${death.exitCode}` : traceOf(death.cause)
      process.emitWarning(`a thread of ${this.#settings.name} died while it ran no task: ${how}`, 'PoolWarning')
    }
    this.#dispatch()
  }

  #accept(
    call: 'submit' | 'run',
    name: string,
    args: readonly unknown[],
    options: SubmitOptions = noOptions,
  ): PoolTask | Promise<PoolTask> {
    checkCall(call, name, args, options)
    if (this.#closing !== undefined) throw new PoolError('closed', 'the pool is shut down and accepts no task')
    const { signal, timeoutMs, transfer, runTimeoutMs = this.#settings.runTimeoutMs } = options
    if (signal?.aborted) throw signal.reason
    this.admission.checkRoom()
    const task = new PoolTask(
      ++this.#lastId,
      { name, args, transfer: transfer && [...transfer], signal, runTimeoutMs },
      this,
    )
    if (signal !== undefined) this.#watch.add(signal, task)
    this.#keepAlive ??= setInterval(() => {}, 2 ** 30)
    const submission = this.admission.offer(task, timeoutMs, () => this.#forget(task))
    if (submission !== undefined) return submission
    this.#dispatch()
    return task
  }

  #dispatch(): void {
    while (this.admission.pending > 0) {
      const thread = this.crew.take()
      if (thread === undefined) break
      const task = this.admission.next()
      if (task !== undefined) this.#start(thread, task)
    }
    this.crew.recruit(this.admission.pending)
    if (this.admission.pending > 0 && this.crew.failure !== undefined) this.#failing ??= setImmediate(this.#failPending)
  }

  #start(thread: Thread, task: PoolTask): void {
    task.state = 'running'
    this.tasksRunning.set(task, thread)
    try {
      thread.run(task)
    } catch (error) {
      this.tasksRunning.delete(task)
      this.crew.giveBack(thread)
      this.#end(task, { state: 'failed', error: unsendable(task, 'an argument', error) })
    }
  }

  // In a turn of its own: a caller that tries again and again must not keep the event loop from all others.
  readonly #failPending = (): void => {
    this.#failing = undefined
    const error = this.crew.failure
    while (error !== undefined && this.admission.pending > 0) {
      const task = this.admission.next()
      if (task !== undefined) this.#end(task, { state: 'failed', error })
    }
    this.#dispatch()
  }

  #end(task: PoolTask, outcome: Outcome): void {
    const signal = task.call.signal
    if (signal !== undefined) this.#watch.remove(signal, task)
    this.counts[outcome.state]++
    task.end(outcome)
    this.#rest()
  }

  /** A task that was never accepted leaves no trace. */
  #forget(task: PoolTask): void {
    const signal = task.call.signal
    if (signal !== undefined) this.#watch.remove(signal, task)
    task.submission = undefined
    this.#rest()
  }

  #rest(): void {
    if (this.#isBusy()) return
    clearInterval(this.#keepAlive)
    this.#keepAlive = undefined
    this.#quiet.notifyAll()
  }

  #isBusy(): boolean {
    return this.tasksRunning.size + this.admission.length > 0
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
