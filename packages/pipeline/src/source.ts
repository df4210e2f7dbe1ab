import type { StageStats } from './api.ts'
import { Fifo } from './fifo.ts'
import { Meter } from './meter.ts'
import { show } from './options.ts'
import type { Host, Upstream } from './plan.ts'
import { closeTap, type OpenTap, type Reading, type Tap } from './taps.ts'
import { isObject, isThenable } from './thenable.ts'

/** What the source reads; or, if it is never opened, leaves. */
interface Given {
  readonly open: OpenTap
  readonly abandon: (() => unknown) | undefined
}

/**
 * The source at work: fetches an item when the first stage has room for it, or ahead of that if it has a buffer.
 *
 *     next() ──▶ fetching (at most one) ──▶ held ──▶ first stage
 *
 * INVARIANT  fetching + held ≤ max(1, buffer), and without a buffer nothing is fetched that has no room waiting for it.
 * INVARIANT  next() is never called while an answer of it is due, nor after it has ended or failed.
 * INVARIANT  return() is called at most once, and only if the source has not ended or failed by itself.
 */
export class Source implements Upstream, Reading {
  readonly meter: Meter
  hasEnded = false
  readonly #given: Given
  readonly #buffer: number
  readonly #host: Host
  readonly #held = new Fifo()
  #tap: Tap | undefined
  #isClosed = false

  constructor(given: Given, name: string, buffer: number, host: Host) {
    this.meter = new Meter(name, 1, Math.max(1, buffer), host.stopwatch)
    this.#given = given
    this.#buffer = buffer
    this.#host = host
  }

  /** Gets the iterator. Until then, closing does not touch the source. */
  open(): void {
    try {
      this.#tap = this.#given.open(this.#host.signal)
    } catch (error) {
      this.meter.failed(this.#host.signal)
      this.#host.fail(error)
    }
  }

  ready(): boolean {
    if (this.meter.empty && !this.#isOver) this.#fetch()
    return this.meter.waiting > 0
  }

  /** Fetches one item more than is asked for, if the buffer allows it; true if it is there at once. */
  runAhead(): boolean {
    if (this.#isOver || this.meter.running > 0 || this.meter.waiting >= this.#buffer) return false
    const { waiting } = this.meter
    this.#fetch()
    return this.meter.waiting > waiting
  }

  peek(): unknown {
    return this.#held.peek()
  }

  take(): unknown {
    this.meter.left()
    return this.#held.take()
  }

  get isInside(): boolean {
    return this.meter.running > 0
  }

  get finished(): boolean {
    return this.#isOver && this.meter.empty
  }

  /** Closes the source if it has not ended. */
  async close(): Promise<void> {
    if (this.#isOver) return
    this.#isClosed = true
    if (this.#tap === undefined) await this.#given.abandon?.()
    else await closeTap(this.#tap, this)
  }

  /** How the source stands. It received what it gave or holds, drops nothing, and never starves: while it is not busy, nobody has room for an item. */
  stats(): StageStats {
    const stats = this.meter.stats()
    const received = stats.done + stats.waiting
    return { ...stats, received, dropped: 0, blockedMs: stats.blockedMs + stats.starvedMs, starvedMs: 0 }
  }

  /** Whether nothing is fetched any more. */
  get #isOver(): boolean {
    return this.hasEnded || this.#isClosed
  }

  #fetch(): void {
    const { stopwatch } = this.#host
    const calls = stopwatch.glance()
    const beganMs = stopwatch.nowMs
    this.meter.started()
    try {
      const answer = this.#tap?.next()
      if (!isThenable(answer)) {
        if (calls > 0) {
          const { spentMs } = stopwatch
          stopwatch.tick()
          this.meter.returned(stopwatch.nowMs - beganMs, calls, spentMs)
        }
        this.#receive(answer)
        return
      }
      Promise.resolve(answer).then(
        (result) => {
          stopwatch.glance()
          this.#receive(result)
          this.#host.proceed()
        },
        (error) => this.#break(error),
      )
    } catch (error) {
      this.#break(error)
    }
  }

  #receive(result: unknown): void {
    try {
      if (!isObject(result)) {
        throw new TypeError(`${this.meter.name}: next() gave ${show(result)}, not an object`)
      }
      const { done, value } = result as IteratorResult<unknown>
      if (done) {
        this.hasEnded = true
        this.meter.dropped()
      } else if (value === undefined) {
        this.meter.dropped()
        this.meter.failed(this.#host.signal)
        this.#host.fail(
          new TypeError(`${this.meter.name}: item ${this.meter.received - 1} is undefined, which is never an item`),
        )
      } else {
        this.#held.push(value)
        this.meter.finished()
      }
    } catch (error) {
      this.#break(error)
    }
  }

  /** The source has failed by itself: by the rules of iterators it is closed. */
  #break(error: unknown): void {
    this.hasEnded = true
    this.meter.dropped()
    this.meter.failed(this.#host.signal)
    this.#host.fail(error)
  }
}
