import { type Arena, holdProcess, releaseProcess, waitForWake } from '@millrace/atomics'
import { turn } from '../turn.ts'

/** Rounds of microtasks that a watch looks again before it parks, at most. */
const MOST_ROUNDS = 64
/** A sleep that ended sooner was not worth it. */
const SHORT_SLEEP_MS = 0.02

/**
 * Watches a line of a shared object for those of this thread who wait there.
 *
 *     idle ── start ──▶ looks, a few rounds ──▶ parks ──▶ looks once more ──▶ sleeps ── woken ──▶ looks …
 *       ▲                 │                                 │
 *       └─────────────────┴──── nobody waits any more ──────┘
 *
 * INVARIANT  one watch, and so one sleep, for each line and thread, however many wait.
 * INVARIANT  the process is kept alive while somebody waits, and not longer.
 *
 * A sleep costs as much as a hundred looks, but looks pay only while the other side is about to come. So the rounds begin
 * at none, grow when a sleep was short or a look found something, and shrink when they were in vain. Unlike a thread that
 * blocks (`Spin`), it must not pause: others of this thread run between two looks.
 */
export class Watch {
  readonly #arena: Arena
  readonly #line: number
  readonly #look: () => boolean
  readonly #again = (): void => this.#run()
  readonly #woken = (): void => this.#endSleep()
  #isRunning = false
  #wakeUp: (() => void) | undefined
  #rounds = 0
  #left = 0
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
    this.#left = this.#rounds
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
      if (this.#left < this.#rounds) this.#rounds = Math.min(MOST_ROUNDS, this.#rounds * 2)
      this.#stop()
    } else if (this.#left > 0) {
      this.#left--
      queueMicrotask(this.#again)
    } else this.#sleep()
  }

  #sleep(): void {
    const epoch = this.#arena.kernel.parkBegin(this.#line)
    if (!this.#look()) {
      this.#stop()
      return
    }
    this.#sleptAt = performance.now()
    this.#wakeUp = waitForWake(this.#arena, this.#line, epoch, this.#woken)
  }

  #endSleep(): void {
    this.#wakeUp = undefined
    const wasShort = performance.now() - this.#sleptAt < SHORT_SLEEP_MS
    this.#rounds = wasShort ? Math.min(MOST_ROUNDS, Math.max(1, this.#rounds * 2)) : this.#rounds >> 1
    this.#left = this.#rounds
    this.#run()
  }

  #stop(): void {
    this.#isRunning = false
    releaseProcess()
  }
}
