import { performance } from 'node:perf_hooks'
import { PoolError } from './errors.ts'
import { type Death, Thread, type ThreadOwner, type ThreadPlan } from './thread/thread.ts'
import { textOf } from './thread/thrown.ts'

/** How long no thread is started after one could not load the module; doubled each time, up to the longest. */
const FIRST_PAUSE_MS = 100
const LONGEST_PAUSE_MS = 10_000

/**
 * The threads of a pool: started when there is something to run, replaced when they die.
 *
 * A thread that dies before it is ready could not load the module. The next would not either, so no thread is started
 * for a while; until then what nobody else can run fails with what is known.
 *
 * INVARIANT  size <= limit, those that die but are not gone yet included: no more tasks run than threads are allowed.
 * INVARIANT  a thread in `#free` is ready, runs nothing and is not ending.
 */
export class Crew {
  readonly #plan: ThreadPlan
  readonly #owner: ThreadOwner
  readonly #threads = new Set<Thread>()
  readonly #free: Thread[] = []
  #starting = 0
  #pauseMs = 0
  #pausedUntil = 0
  #failure: PoolError | undefined

  constructor(plan: ThreadPlan, owner: ThreadOwner) {
    this.#plan = plan
    this.#owner = owner
  }

  /** Threads that live, those still starting included. */
  get size(): number {
    return this.#threads.size
  }

  /** Why nothing can run now: no thread lives, and none may be started yet. */
  get failure(): PoolError | undefined {
    return this.#threads.size === 0 && this.#isPaused() ? this.#failure : undefined
  }

  /** A thread for one task. */
  take(): Thread | undefined {
    return this.#free.pop()
  }

  /** Takes back a thread that has run its task. */
  giveBack(thread: Thread): void {
    if (!thread.isEnding) this.#free.push(thread)
  }

  /** Starts threads for so many tasks that found none free. */
  recruit(tasks: number): void {
    while (this.#starting < tasks && this.#threads.size < this.#plan.settings.threads && !this.#isPaused()) {
      try {
        this.#threads.add(new Thread(this.#plan, this.#owner))
        this.#starting++
      } catch (error) {
        this.#pause(error)
      }
    }
  }

  /** The thread has loaded the module. */
  joined(thread: Thread): void {
    this.#starting--
    this.#pauseMs = 0
    this.giveBack(thread)
  }

  /** The thread is gone. */
  left(thread: Thread, death: Death): void {
    this.#threads.delete(thread)
    const place = this.#free.indexOf(thread)
    if (place >= 0) this.#free.splice(place, 1)
    if (thread.isReady) return
    this.#starting--
    if (!death.wasAsked) this.#pause(death.cause, death.exitCode)
  }

  /** Ends every thread; none runs a task. */
  async close(): Promise<void> {
    this.#free.length = 0
    await Promise.all([...this.#threads].map((thread) => thread.close()))
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
