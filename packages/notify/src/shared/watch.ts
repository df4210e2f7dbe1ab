import { type Arena, holdProcess, releaseProcess, waitForWake } from '@millrace/atomics'
import { turn } from '../turn.ts'
import { Spin } from './spin.ts'

/**
 * Watches a line of a shared object for those of this thread who wait there.
 *
 *     idle ── start ──▶ looks, a few times ──▶ parks ──▶ looks once more ──▶ sleeps ── woken ──▶ looks …
 *       ▲                 │                                 │
 *       └─────────────────┴──── nobody waits any more ──────┘
 *
 * INVARIANT  one watch, and so one sleep, for each line and thread, however many wait.
 * INVARIANT  the process is kept alive while somebody waits, and not longer.
 *
 * Before it sleeps it looks again in the next microtasks for as long as `Spin` says, so others of this thread run in between.
 */
export class Watch {
  readonly #arena: Arena
  readonly #line: number
  readonly #look: () => boolean
  readonly #again = (): void => this.#run()
  readonly #woken = (): void => this.#endSleep()
  #isRunning = false
  #wakeUp: (() => void) | undefined
  readonly #spin = new Spin(1)
  #sleptAt = 0

  /** `look` does what can be done and answers whether somebody still waits. */
  constructor(arena: Arena, line: number, look: () => boolean) {
    this.#arena = arena
    this.#line = line
    this.#look = look
  }

  /** Somebody began to wait, having looked in vain. */
  start(): void {
    if (this.#isRunning) return
    this.#isRunning = true
    this.#spin.begin()
    holdProcess()
    queueMicrotask(this.#again)
  }

  /** Something changed on this thread: looks soon, without a wake through the memory. */
  poke(): void {
    const wakeUp = this.#wakeUp
    if (wakeUp === undefined) return
    this.#wakeUp = undefined
    wakeUp()
    queueMicrotask(this.#again)
  }

  #run(): void {
    const due = turn()
    if (due !== undefined) {
      due.then(this.#again)
      return
    }
    if (!this.#look()) {
      this.#spin.found()
      this.#stop()
    } else if (this.#spin.pause()) queueMicrotask(this.#again)
    else this.#sleep()
  }

  #sleep(): void {
    const epoch = this.#arena.kernel.parkBegin(this.#line)
    if (!this.#look()) {
      this.#spin.found()
      this.#stop()
      return
    }
    this.#sleptAt = performance.now()
    this.#wakeUp = waitForWake(this.#arena, this.#line, epoch, this.#woken)
  }

  #endSleep(): void {
    this.#wakeUp = undefined
    this.#spin.slept(performance.now() - this.#sleptAt)
    this.#spin.begin()
    this.#run()
  }

  #stop(): void {
    this.#isRunning = false
    releaseProcess()
  }
}
