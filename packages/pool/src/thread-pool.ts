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
import { outcomeOf, outcomeOfDeath, unsendable } from './thread/outcomes.ts'
import { Paces } from './thread/pace.ts'
import type { Death, Run } from './thread/run.ts'
import type { Answered, Thread, ThreadOwner } from './thread/thread.ts'
import { traceOf } from './thread/thrown.ts'

/** How often this side looks for answers it was not told of, while threads have tasks ahead. */
const LOOK_MS = 2

/**
 * Brings tasks and threads together. A thread runs one task at a time, and has some ahead of it.
 *
 *     submit ──▶ admission ── dispatch() ──▶ lane of a thread ── answered(), gone() ──▶ end()
 *                    │  ▲────── restored() ────────┘  │                                  ▲
 *                    └── cancel() ────────────────────┴──────────────────────────────────┘
 *
 * INVARIANT  a task is in exactly one place: waiting or pending in admission, with a thread, in `#restarts`, or ended.
 * INVARIANT  after each event either no thread is free or no task pends, but for those a thread is about to start.
 * INVARIANT  `#restarts` come first: each is owed a place among those that run.
 * INVARIANT  there is a timer that keeps the process alive exactly while a task has not ended; after that the threads
 *            that are told to leave do so. A pool that never had a task leaves nothing behind when it is dropped.
 */
class LocalThreadPool<M> implements ThreadPool<M>, TaskOwner, ThreadOwner, ClosingPool {
  readonly admission: Admission
  readonly crew: Crew
  readonly counts: Counts = { done: 0, failed: 0, cancelled: 0, killed: 0, crashes: 0 }
  readonly #settings: PoolSettings
  readonly #watch = new AbortWatch<PoolTask>((task, reason) => this.cancel(task, reason))
  readonly #quiet = notify()
  readonly #restarts: PoolTask[] = []
  #lastId = 0
  #running = 0
  #lookTimer: ReturnType<typeof setTimeout> | undefined
  #keepAlive: ReturnType<typeof setInterval> | undefined
  #failing: ReturnType<typeof setImmediate> | undefined
  #closing: Closing | undefined

  constructor(module: URL, settings: PoolSettings) {
    this.#settings = settings
    this.admission = new Admission(settings.maxPending, settings.overflow)
    const worker = new URL('./thread.worker.ts', import.meta.url)
    this.crew = new Crew({ worker, module, settings, paces: new Paces() }, this)
  }

  get threads(): number {
    return this.#settings.threads
  }

  get pending(): number {
    return this.admission.pending
  }

  get running(): number {
    return this.#running
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
    const { submission, thread } = task
    if (submission !== undefined) {
      this.admission.refuse(submission, reason)
      this.#forget(task)
    } else if (thread === undefined || thread.takeBack(task)) {
      this.#drop(task, { state: 'cancelled', error: reason })
      if (thread !== undefined) this.heard(thread)
    } else {
      // It has started; that of what started before it is over then, and can be heard.
      if (task !== thread.running) thread.hearAll()
      if (task === thread.running) thread.cancel(reason, this.#settings.cancelGraceMs)
    }
  }

  cancelRestarts(reason: unknown): void {
    for (const task of [...this.#restarts]) this.cancel(task, reason)
  }

  ready(thread: Thread): void {
    this.crew.joined(thread)
    this.#dispatch()
  }

  started(thread: Thread, task: PoolTask): void {
    task.thread = thread
    // It was told as started before if a thread died with it that had not.
    if (task.state === 'running') return
    task.state = 'running'
    this.#running++
    this.admission.started()
  }

  answered(_thread: Thread, { task, cancelled }: Run, answer: Answered): void {
    this.#running--
    this.#end(task, cancelled ? { state: 'cancelled', error: cancelled.reason } : outcomeOf(task, answer))
  }

  heard(thread: Thread): void {
    this.crew.heard(thread)
    this.#dispatch()
  }

  restored(tasks: readonly PoolTask[]): void {
    for (const task of tasks) task.thread = undefined
    this.admission.restore(tasks)
  }

  overdue(task: PoolTask): void {
    const { name, call } = task
    this.cancel(task, new PoolError('timeout', `task "${name}" ran for more than ${call.runTimeoutMs} ms`))
  }

  gone(thread: Thread, death: Death): void {
    const { run, unstarted, wasAsked } = death
    this.crew.left(thread, death)
    if (!wasAsked) this.counts.crashes++
    if (run !== undefined) {
      if (run.cancelled !== undefined && wasAsked) this.counts.killed++
      this.#running--
      const { cancelled, task } = run
      this.#end(task, cancelled ? { state: 'cancelled', error: cancelled.reason } : outcomeOfDeath(task, death))
    } else if (unstarted.length === 0 && !wasAsked && thread.isReady) {
      const how = death.cause === undefined ? `code ${death.exitCode}` : traceOf(death.cause)
      process.emitWarning(`a thread of ${this.#settings.name} died while it ran no task: ${how}`, 'PoolWarning')
    }
    this.#rescue(unstarted, death)
    this.#dispatch()
  }

  /** Has tasks run elsewhere whose thread died before it started them. One that was next twice is taken for the reason. */
  #rescue(unstarted: readonly PoolTask[], death: Death): void {
    this.restored(unstarted.filter(({ state }) => state === 'pending'))
    for (const task of unstarted) {
      if (task.state !== 'running') continue
      task.thread = undefined
      if (++task.deaths < 2) this.#restarts.push(task)
      else {
        this.#running--
        this.#end(task, outcomeOfDeath(task, death))
      }
    }
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
      { name, args, transfer: transfer && [...transfer], signal, runTimeoutMs, sink: undefined },
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
    for (let task = this.#first(); task !== undefined; task = this.#first()) {
      const thread = this.crew.threadFor(task)
      if (thread === undefined) break
      if (this.#restarts.length > 0) this.#restarts.shift()
      else this.admission.lend()
      this.#lend(thread, task)
    }
    const unstarted = this.admission.pending + this.#restarts.length
    if (unstarted === 0) return
    while (this.crew.hasFree) {
      const task = this.crew.takeFromBusiest()
      if (task === undefined) break
      this.#lend(this.crew.threadFor(task) as Thread, task)
    }
    this.crew.recruit(unstarted)
    if (this.#first() !== undefined && this.crew.failure !== undefined) this.#failing ??= setImmediate(this.#failPending)
  }

  #first(): PoolTask | undefined {
    return this.#restarts[0] ?? this.admission.first
  }

  #lend(thread: Thread, task: PoolTask): void {
    task.thread = thread
    try {
      thread.lend(task)
    } catch (error) {
      this.#drop(task, { state: 'failed', error: unsendable(task, 'an argument', error) })
      this.crew.heard(thread)
    }
    if (thread.length > 1) this.#lookTimer ??= setTimeout(this.#look, LOOK_MS).unref()
  }

  // A thread tells of its answers in its own time. One that meets a long task among short ones cannot, so this side looks.
  readonly #look = (): void => {
    this.#lookTimer = undefined
    for (const thread of this.crew.threads) {
      if (!thread.look() || thread.length < 2) continue
      thread.isHeldUp = true
      this.restored(thread.takeBackAhead(thread.length))
    }
    this.#dispatch()
    if (this.crew.threads.some(({ length }) => length > 1)) this.#lookTimer ??= setTimeout(this.#look, LOOK_MS).unref()
  }

  // In a turn of its own: a caller that tries again and again must not keep the event loop from all others.
  readonly #failPending = (): void => {
    this.#failing = undefined
    const error = this.crew.failure
    for (let task = this.#first(); error !== undefined && task !== undefined; task = this.#first()) {
      this.#drop(task, { state: 'failed', error })
    }
    this.#dispatch()
  }

  /** Ends a task that no thread has and none has started. */
  #drop(task: PoolTask, outcome: Outcome): void {
    if (task.state === 'running') {
      this.#running--
      const place = this.#restarts.indexOf(task)
      if (place >= 0) this.#restarts.splice(place, 1)
    } else if (task.list !== undefined) this.admission.withdraw(task)
    else this.admission.started()
    this.#end(task, outcome)
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
    return this.#running + this.admission.length > 0
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
