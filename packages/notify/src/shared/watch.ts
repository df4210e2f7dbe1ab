import { type Arena, holdProcess, releaseProcess, waitForWake } from '@millrace/atomics'
import { afterTurn, turn } from '../turn.ts'

/** Rounds of microtasks that a watch looks again before it parks, at most. */
const MOST_ROUNDS = 64
/** Rounds of a try: behind the first ones the event loop turns between two looks. They take about as long as a sleep and its wake, 0.1 ms. */
const TRY_ROUNDS = 128
/** A sleep that ended sooner was not worth it. */
const SHORT_SLEEP_MS = 0.02
/** One that ended sooner might be spared by a try. */
const SPARABLE_SLEEP_MS = 1
/** There is a try after so many of these, at the least. */
const MOST_SLEEPS = 4096

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
 * at none, grow when a sleep was short or a look found something, and shrink when they were in vain. Two sides that sleep in turn
 * would do so for ever, since each sleeps as long as the other's wake takes: so one wait is a try, to stay awake for that long. It was in
 * vain unless the next wait is over within the usual rounds, and the more often it was, the more seldom it is made: to look longer each
 * time would cost more than to sleep where values just come one by one, and most of all where both sides share a core. Unlike a thread that
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
  #sleepsUntilTry = 1
  #sleepsBetween = 1
  /** Whether the wait before this one was a try that found something. */
  #hasTried = false

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
      if (this.#left < this.#rounds) this.#found()
      this.#stop()
    } else if (this.#left > 0) {
      this.#left--
      if (this.#rounds - this.#left <= MOST_ROUNDS) queueMicrotask(this.#again)
      else afterTurn(this.#again)
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
    this.#slept(performance.now() - this.#sleptAt)
    this.#left = this.#rounds
    this.#run()
  }

  /** A later look was not in vain. */
  #found(): void {
    if (this.#hasTried) this.#sleepsUntilTry = this.#sleepsBetween = 1
    this.#hasTried = this.#rounds === TRY_ROUNDS
    this.#rounds = Math.min(MOST_ROUNDS, this.#rounds * 2)
  }

  #slept(ms: number): void {
    this.#hasTried = false
    if (ms < SPARABLE_SLEEP_MS && --this.#sleepsUntilTry <= 0) {
      this.#sleepsUntilTry = this.#sleepsBetween
      this.#sleepsBetween = Math.min(MOST_SLEEPS, this.#sleepsBetween * 2)
      this.#rounds = TRY_ROUNDS
    } else if (ms < SHORT_SLEEP_MS) this.#rounds = Math.min(MOST_ROUNDS, Math.max(1, this.#rounds * 2))
    else this.#rounds >>= 1
  }

  #stop(): void {
    this.#isRunning = false
    releaseProcess()
  }
}
