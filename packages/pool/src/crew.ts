import { performance } from 'node:perf_hooks'
import { PoolError } from './errors.ts'
import type { PoolTask } from './task.ts'
import type { Death, Thread, ThreadOwner, ThreadPlan } from './thread/api.ts'
import { InlineThread } from './thread/inline-thread.ts'
import { textOf } from './thread/thrown.ts'
import { WorkerThread } from './thread/worker-thread.ts'

/** How long no thread is started after one could not load the module; doubled each time, up to the longest. */
const FIRST_PAUSE_MS = 100
const LONGEST_PAUSE_MS = 10_000
/** What a thread has ahead is worth running elsewhere if it takes so long. */
const WORTH_TAKING_US = 100

/**
 * The threads of a pool: started when there is something to run, replaced when they die or are worn.
 *
 * A thread that dies before it is ready could not load the module. The next would not either, so no thread is started
 * for a while; until then what nobody else can run fails with what is known.
 *
 * INVARIANT  size <= limit, those that die but are not gone yet included, or falls to it: no more tasks run than threads are allowed.
 * INVARIANT  a thread in `#free` is ready, has no task and is not ending; every such thread is there.
 */
export class Crew {
  readonly #plan: ThreadPlan
  readonly #owner: ThreadOwner
  readonly #threads = new Set<Thread>()
  readonly #free: Thread[] = []
  #all: readonly Thread[] = []
  #cursor = 0
  #starting = 0
  #limit: number
  /** Those that are to end when they have nothing to do. */
  #surplus: ReadonlySet<Thread> = new Set()
  #pauseMs = 0
  #pausedUntil = 0
  #failure: PoolError | undefined

  constructor(plan: ThreadPlan, owner: ThreadOwner) {
    this.#plan = plan
    this.#owner = owner
    this.#limit = plan.settings.size
  }

  /** The most threads. */
  get limit(): number {
    return this.#limit
  }

  /** Threads that live, those still starting included. */
  get size(): number {
    return this.#threads.size
  }

  /** The threads that live. */
  get threads(): readonly Thread[] {
    return this.#all
  }

  /** Whether a thread has nothing to do. */
  get hasFree(): boolean {
    return this.#free.length > 0
  }

  /** Why nothing can run now: no thread lives, and none may be started yet. */
  get failure(): PoolError | undefined {
    return this.#threads.size === 0 && this.#isPaused() ? this.#failure : undefined
  }

  /** Why a thread could not load the module, the last time one could not. */
  get lastFailure(): PoolError | undefined {
    return this.#failure
  }

  /** A thread to lend the task to: one that has none, or else one that has room, if the task may wait there. */
  threadFor(task: PoolTask): Thread | undefined {
    const free = this.#free.pop()
    if (free !== undefined) free.isFree = false
    // What is moved to a thread cannot be taken back from it.
    if (free !== undefined || task.call.transfer !== undefined) return free
    for (let i = 0; i < this.#all.length; i++) {
      const thread = this.#all[(this.#cursor + i) % this.#all.length] as Thread
      if (!thread.hasRoom || this.#surplus.has(thread)) continue
      this.#cursor = (this.#cursor + i + 1) % this.#all.length
      return thread
    }
    return undefined
  }

  /** A task for a thread that has none: taken from a thread that has some ahead and will not come to them soon. */
  takeFromBusiest(): PoolTask | undefined {
    let busiest: Thread | undefined
    for (const thread of this.#all) {
      if (thread.length > 1 && thread.aheadUs > (busiest?.aheadUs ?? WORTH_TAKING_US)) busiest = thread
    }
    return busiest?.takeBackNext()
  }

  /** The thread may have nothing left to do. */
  heard(thread: Thread): void {
    if (thread.length > 0 || thread.isEnding || !thread.isReady) return
    if (thread.isWorn || this.#surplus.has(thread)) {
      this.#unfree(thread)
      void thread.close()
    } else if (!thread.isFree) {
      thread.isFree = true
      this.#free.push(thread)
    }
  }

  /** At most so many threads from now on: those there are too many end as soon as they have nothing to do. */
  resize(limit: number): void {
    this.#limit = limit
    const staying = this.#all.filter(({ isEnding }) => !isEnding).sort((a, b) => b.length - a.length)
    this.#surplus = new Set(staying.slice(limit))
    for (const thread of this.#surplus) this.heard(thread)
  }

  /** The thread is lent a task that is for it alone. */
  engage(thread: Thread): void {
    this.#unfree(thread)
  }

  /** Starts threads for so many tasks that found none free, and hands them back. */
  recruit(tasks: number): Thread[] {
    const recruits: Thread[] = []
    while (this.#starting < tasks && this.#threads.size < this.#limit && !this.#isPaused()) {
      try {
        const thread = this.#make()
        recruits.push(thread)
        this.#threads.add(thread)
        this.#all = [...this.#threads]
        this.#starting++
      } catch (error) {
        this.#pause(error)
      }
    }
    return recruits
  }

  /** The thread has loaded the module. */
  joined(): void {
    this.#starting--
    this.#pauseMs = 0
  }

  /** The thread is gone. */
  left(thread: Thread, death: Death): void {
    this.#threads.delete(thread)
    this.#all = [...this.#threads]
    this.#unfree(thread)
    if (thread.isReady) return
    this.#starting--
    if (!death.wasAsked) this.#pause(death.cause, death.exitCode)
  }

  /** Ends every thread; none runs a task. */
  async close(): Promise<void> {
    for (const thread of this.#all) this.#unfree(thread)
    await Promise.all(this.#all.map((thread) => thread.close()))
  }

  #unfree(thread: Thread): void {
    if (!thread.isFree) return
    thread.isFree = false
    this.#free.splice(this.#free.indexOf(thread), 1)
  }

  #make(): Thread {
    if (this.#plan.settings.inThread) return new InlineThread(this.#plan, this.#owner)
    return new WorkerThread(this.#plan, this.#owner)
  }

  // Threads started together fail together; only the first of them makes the pause longer.
  #pause(cause: unknown, exitCode?: number): void {
    const how = cause === undefined ? `its thread exited with code ${exitCode}` : textOf(cause)
    const message = `${this.#plan.module.href} could not be loaded: ${how}`
    this.#failure = new PoolError('load-failed', message, { ...(cause !== undefined && { cause }), exitCode })
    if (this.#isPaused()) return
    this.#pauseMs = Math.min(Math.max(this.#pauseMs * 2, FIRST_PAUSE_MS), LONGEST_PAUSE_MS)
    this.#pausedUntil = performance.now() + this.#pauseMs
  }

  #isPaused(): boolean {
    return performance.now() < this.#pausedUntil
  }
}
