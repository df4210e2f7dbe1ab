import type { Admission } from '../admission.ts'
import type { Executor, ExecutorOwner } from '../core.ts'
import { Crew } from '../crew.ts'
import { PoolError } from '../errors.ts'
import type { Outcome, PoolTask } from '../task.ts'
import type { Answered, Death, Run, Thread, ThreadOwner } from './api.ts'
import type { PoolSettings } from './options.ts'
import { outcomeOf, outcomeOfDeath, tryLend } from './outcomes.ts'
import { OwnTasks } from './own-tasks.ts'
import { Paces } from './pace.ts'
import { traceOf } from './thrown.ts'

/** How often this side looks for answers it was not told of, while threads have tasks ahead. */
const LOOK_MS = 2

/**
 * Brings tasks and threads together. A thread runs one task at a time, and has some ahead of it.
 *
 *     admission ── dispatch() ──▶ lane of a thread ── answered(), gone() ──▶ ended()
 *         ▲────── restored() ──────────┘  │                                     ▲
 *                                         └── cancel() ─────────────────────────┘
 *
 * INVARIANT  a task is in exactly one place: in admission, with a thread, in `#restarts`, in `#own`, or over.
 * INVARIANT  after each event either no thread is free or no task pends, but for those a thread is about to start.
 * INVARIANT  one task at a time is lent: what else would be lent meanwhile, by a getter of its arguments that calls the pool, is after it.
 * INVARIANT  `#restarts` come first: each was told as started, and is owed a place among those that run.
 */
export class ThreadExecutor implements Executor, ThreadOwner {
  readonly crew: Crew
  #running = 0
  readonly #owner: ExecutorOwner
  readonly #admission: Admission
  readonly #settings: PoolSettings
  readonly #restarts: PoolTask[] = []
  /** Those that a thread died with before it had started them. */
  readonly #suspects = new WeakSet<PoolTask>()
  readonly #onReady = new Set<(error?: unknown) => void>()
  readonly #own = new OwnTasks()
  /** The task whose arguments are being written: their getters may call the pool. */
  #lending: PoolTask | undefined
  #lendingCancelled: { readonly reason: unknown } | undefined
  #isDispatchDue = false
  #lookTimer: ReturnType<typeof setTimeout> | undefined
  #failing: ReturnType<typeof setImmediate> | undefined
  #isPolling = false
  #pollUntil = 0

  constructor(worker: URL, module: URL, settings: PoolSettings, owner: ExecutorOwner) {
    this.#owner = owner
    this.#admission = owner.admission
    this.#settings = settings
    this.crew = new Crew({ worker, module, settings, paces: new Paces() }, this)
  }

  /** How many tasks run. */
  get running(): number {
    return this.#running
  }

  /** How many tasks there are that admission knows nothing of. */
  get length(): number {
    return this.#running + this.#own.length
  }

  get workers(): number {
    return this.crew.size
  }

  prepare(): void {}

  /** Takes back what threads have not started. */
  pause(): void {
    for (const thread of this.crew.threads) this.restored(thread.takeBackAhead())
  }

  resize(size: number): void {
    this.crew.resize(size)
    this.#staff()
  }

  stop(): Promise<void> {
    return this.crew.close()
  }

  /** Lends what pends to the threads that have room, and starts threads for the rest. */
  dispatch(): void {
    if (this.#lending !== undefined) {
      this.#isDispatchDue = true
      return
    }
    for (let task = this.#first(); task !== undefined; task = this.#first()) {
      const thread = this.crew.threadFor(task)
      if (thread === undefined) break
      if (this.#restarts.length > 0) this.#restarts.shift()
      else this.#admission.lend()
      this.#lend(thread, task)
    }
    const unstarted = this.#restarts.length + (this.#admission.isPaused ? 0 : this.#admission.unstarted)
    if (unstarted === 0) return
    while (this.crew.hasFree) {
      const task = this.crew.takeFromBusiest()
      if (task === undefined) break
      this.#lend(this.crew.threadFor(task) as Thread, task)
    }
    this.#recruit(unstarted)
    if (this.#first() !== undefined && this.crew.failure !== undefined)
      this.#failing ??= setImmediate(this.#failPending)
  }

  /** Ends a task early that is accepted. */
  cancel(task: PoolTask, reason: unknown): void {
    const { thread } = task
    if (task === this.#lending) {
      this.#lendingCancelled ??= { reason }
      return
    }
    if (this.#own.take(task) || thread === undefined || thread.takeBack(task)) {
      this.#drop(task, { state: 'cancelled', error: reason })
      // It may have waited for its key, with a thread free for whoever has its place now.
      if (thread === undefined) this.dispatch()
      else this.heard(thread)
      return
    }
    // It has started: what started before it is over, and can be heard.
    if (task !== thread.running) thread.hearAll()
    if (task === thread.running) thread.cancel(reason, this.#settings.cancelGraceMs)
  }

  /** Ends all tasks there are. */
  cancelAll(reason: unknown): void {
    const { threads } = this.crew
    for (const task of [...this.#restarts, ...this.#own.owed()]) this.cancel(task, reason)
    for (const thread of threads) {
      for (const task of [...thread.own, ...thread.tasksAhead()]) this.cancel(task, reason)
      if (thread.running !== undefined) this.cancel(thread.running, reason)
    }
  }

  /** Hears at once what threads have answered and this side was not free to hear. */
  hearAll(): void {
    for (const thread of this.crew.threads) thread.hearAll()
  }

  /** A task made for each thread, also for those that are not started yet or are about to be replaced. Throws what keeps threads from starting. */
  runOnAll(make: () => PoolTask): PoolTask[] {
    this.#recruit(Number.POSITIVE_INFINITY)
    if (this.crew.failure !== undefined) throw this.crew.failure
    const threads = this.crew.threads.filter(({ isEnding }) => !isEnding)
    const tasks = this.#own.add(threads, Math.max(0, this.crew.limit - threads.length), make)
    this.#staff()
    for (const thread of threads) this.#lendOwn(thread)
    return tasks
  }

  /** Starts all threads, and calls back once when all have loaded the module, or why one has not. Returns what ends the wait. */
  whenReady(tell: (error?: unknown) => void): () => void {
    this.#onReady.add(tell)
    this.#staff()
    return () => this.#onReady.delete(tell)
  }

  ready(thread: Thread): void {
    this.crew.joined()
    this.#staff()
    this.heard(thread)
  }

  started(thread: Thread, task: PoolTask): void {
    task.thread = thread
    // It was told as started before if a thread died with it that had not.
    if (task.state === 'running') return
    task.state = 'running'
    this.#running++
    if (task.call.isOwn) this.#own.length--
    else this.#admission.started(task)
    this.#owner.started(task)
  }

  answered(_thread: Thread, { task, cancelled }: Pick<Run, 'task' | 'cancelled'>, answer: Answered): void {
    this.#running--
    const outcome: Outcome = cancelled ? { state: 'cancelled', error: cancelled.reason } : outcomeOf(task, answer)
    this.#owner.ended(task, outcome)
  }

  heard(thread: Thread): void {
    this.#lendOwn(thread)
    this.crew.heard(thread)
    this.dispatch()
  }

  restored(tasks: readonly PoolTask[]): void {
    for (const task of tasks) task.thread = undefined
    this.#admission.restore(tasks)
  }

  overdue(task: PoolTask): void {
    const { name, call } = task
    this.cancel(task, new PoolError('timeout', `task "${name}" ran for more than ${call.runTimeoutMs} ms`))
  }

  gone(thread: Thread, death: Death): void {
    const { run, unstarted, lost, wasAsked } = death
    this.crew.left(thread, death)
    if (!wasAsked) this.#owner.crashed()
    if (run !== undefined) {
      this.#running--
      const { cancelled, task } = run
      if (cancelled === undefined) this.#owner.ended(task, outcomeOfDeath(task, death))
      else this.#owner.ended(task, { state: 'cancelled', error: cancelled.reason }, wasAsked ? 'killed' : undefined)
    } else if (lost.length === 0 && !wasAsked && thread.isReady) {
      const how = death.cause === undefined ? `code ${death.exitCode}` : traceOf(death.cause)
      process.emitWarning(`a thread of ${this.#settings.name} died while it ran no task: ${how}`, 'PoolWarning')
    }
    this.#rescue(unstarted, death)
    for (const task of [...lost, ...thread.own.splice(0)]) {
      this.#drop(task, thread.isReady ? outcomeOfDeath(task, death) : { state: 'failed', error: this.crew.lastFailure })
    }
    if (!thread.isReady && !wasAsked) this.#tellReady(this.crew.lastFailure)
    this.#staff()
    this.dispatch()
  }

  /** Has tasks run elsewhere whose thread died before it started them. One that was next twice is taken for the reason. */
  #rescue(unstarted: readonly PoolTask[], death: Death): void {
    this.restored(unstarted.filter(({ state }) => state === 'pending'))
    for (const task of unstarted) {
      if (task.state !== 'running') continue
      task.thread = undefined
      if (this.#suspects.has(task)) this.#drop(task, outcomeOfDeath(task, death))
      else {
        this.#suspects.add(task)
        this.#restarts.push(task)
      }
    }
  }

  #first(): PoolTask | undefined {
    return this.#restarts[0] ?? this.#admission.first
  }

  /** Starts the threads that somebody waits for. */
  #staff(): void {
    const { crew } = this
    if (this.#onReady.size === 0 && !this.#own.isAnyOwed) return
    this.#recruit(Number.POSITIVE_INFINITY)
    if (crew.size < crew.limit) {
      // None may be started now.
      for (const task of this.#own.takeOwed()) this.#drop(task, { state: 'failed', error: crew.lastFailure })
      this.#tellReady(crew.lastFailure)
    } else if (crew.threads.every(({ isEnding }) => !isEnding)) {
      if (this.#own.isAnyOwed) this.#own.settle(crew.threads[0] as Thread)
      if (crew.threads.every(({ isReady }) => isReady)) this.#tellReady()
    }
  }

  #recruit(tasks: number): void {
    for (const thread of this.crew.recruit(tasks)) this.#own.joined(thread)
  }

  #lendOwn(thread: Thread): void {
    while (
      this.#lending === undefined &&
      thread.own.length > 0 &&
      thread.isReady &&
      !thread.isEnding &&
      !thread.isFull
    ) {
      this.crew.engage(thread)
      this.#lend(thread, thread.own.shift() as PoolTask)
    }
  }

  #lend(thread: Thread, task: PoolTask): void {
    task.thread = thread
    this.#lending = task
    const refusal = tryLend(thread, task)
    this.#lending = undefined
    if (refusal !== undefined) {
      this.#drop(task, { state: 'failed', error: refusal })
      this.crew.heard(thread)
    }
    this.#makeUp(task)
    if (thread.length > 1) this.#lookTimer ??= setTimeout(this.#look, LOOK_MS).unref()
    if (this.#settings.spinUs > 0) this.#poll()
  }

  /** Does what could not be done while the task was lent. */
  #makeUp(task: PoolTask): void {
    const cancelled = this.#lendingCancelled
    this.#lendingCancelled = undefined
    if (cancelled !== undefined && !isOver(task)) this.cancel(task, cancelled.reason)
    if (!this.#isDispatchDue) return
    this.#isDispatchDue = false
    for (const thread of this.crew.threads) this.#lendOwn(thread)
    this.dispatch()
  }

  /** Ends a task that no thread has and none has started. */
  #drop(task: PoolTask, outcome: Outcome): void {
    if (task.state === 'running') {
      this.#running--
      const place = this.#restarts.indexOf(task)
      if (place >= 0) this.#restarts.splice(place, 1)
    } else if (task.call.isOwn) this.#own.length--
    else if (task.list !== undefined) this.#admission.withdraw(task)
    else this.#admission.started(task)
    this.#owner.ended(task, outcome)
  }

  // A thread tells of its answers in its own time. One that meets a long task among short ones cannot, so this side looks.
  readonly #look = (): void => {
    this.#lookTimer = undefined
    for (const thread of this.crew.threads) {
      if (!thread.look() || thread.length < 2) continue
      thread.isHeldUp = true
      this.restored(thread.takeBackAhead())
    }
    this.dispatch()
    if (this.crew.threads.some(({ length, isHeldUp }) => length > 1 && !isHeldUp)) {
      this.#lookTimer ??= setTimeout(this.#look, LOOK_MS).unref()
    }
  }

  // In a turn of its own: a caller that tries again and again must not keep the event loop from all others.
  readonly #failPending = (): void => {
    this.#failing = undefined
    const error = this.crew.failure
    for (let task = this.#first(); error !== undefined && task !== undefined; task = this.#first()) {
      this.#drop(task, { state: 'failed', error })
    }
    this.dispatch()
  }

  /** Looks for answers in every turn of the event loop, until there was none for as long as threads look for tasks. */
  #poll(): void {
    this.#pollUntil = performance.now() + this.#settings.spinUs / 1_000
    if (this.#isPolling) return
    this.#isPolling = true
    setImmediate(this.#pollOnce)
  }

  readonly #pollOnce = (): void => {
    for (const thread of this.crew.threads) {
      thread.isWatched = true
      thread.hearLane()
    }
    if (this.#running > 0 && performance.now() < this.#pollUntil) {
      setImmediate(this.#pollOnce)
      return
    }
    this.#isPolling = false
    for (const thread of this.crew.threads) {
      thread.isWatched = false
      thread.hearLane()
    }
  }

  #tellReady(error?: unknown): void {
    for (const tell of [...this.#onReady]) {
      this.#onReady.delete(tell)
      tell(error)
    }
  }
}

function isOver({ state }: PoolTask): boolean {
  return state !== 'pending' && state !== 'running'
}
