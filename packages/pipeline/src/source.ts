import { show } from '@millrace/notify'
import type { StageStats } from './api.ts'
import { Fifo } from './fifo.ts'
import { Meter } from './meter.ts'
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
    host.stopwatch.watch()
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
    if (this.meter.empty && !this.isOver) this.#fetchAhead()
    return this.meter.waiting > 0
  }

  /** Fetches one item more than is asked for, if the buffer allows it; true if it is there at once. */
  runAhead(): boolean {
    if (this.isOver || this.meter.running > 0 || this.meter.waiting >= this.#buffer) return false
    return this.#fetchAhead()
  }

  /** Takes the next item. Undefined while one is here already, and if none is there at once. */
  pull(isTimed: boolean): unknown {
    if (this.isOver || !this.meter.empty) return undefined
    const item = this.#fetch(isTimed ? this.#host.stopwatch.glance() : 0)
    if (item !== undefined) this.meter.passed()
    return item
  }

  hold(item: unknown): void {
    this.meter.returns()
    this.#held.push(item)
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
    return this.isOver && this.meter.empty
  }

  /** Closes the source if it has not ended. */
  async close(): Promise<void> {
    if (this.isOver) return
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
  get isOver(): boolean {
    return this.hasEnded || this.#isClosed
  }

  /** Fetches an item that is to wait here. Whether it is there at once. */
  #fetchAhead(): boolean {
    const item = this.#fetch(this.#host.stopwatch.glance())
    if (item === undefined) return false
    this.#held.push(item)
    this.meter.finished()
    return true
  }

  /** Asks for an item, and stands for so many times that it did. Gives it, still counted as running, if it is there at once. */
  #fetch(calls: number): unknown {
    const { stopwatch } = this.#host
    const beganMs = stopwatch.nowMs
    this.meter.started()
    try {
      const answer = this.#tap?.next()
      if (isThenable(answer)) {
        this.#await(answer)
        return undefined
      }
      if (calls > 0) {
        const { spentMs } = stopwatch
        stopwatch.tick()
        this.meter.returned(stopwatch.nowMs - beganMs, calls, spentMs)
      }
      const { done, value } = this.#checked(answer)
      if (!done && value !== undefined) return value
      this.#gaveNone(done)
    } catch (error) {
      this.#break(error)
    }
    return undefined
  }

  #await(answer: PromiseLike<unknown>): void {
    Promise.resolve(answer).then(
      (result) => {
        this.#host.stopwatch.glance()
        this.#receive(result)
        this.#host.proceed()
      },
      (error) => this.#break(error),
    )
  }

  #receive(answer: unknown): void {
    try {
      const { done, value } = this.#checked(answer)
      if (done || value === undefined) this.#gaveNone(done)
      else {
        this.#held.push(value)
        this.meter.finished()
      }
    } catch (error) {
      this.#break(error)
    }
  }

  #checked(answer: unknown): IteratorResult<unknown> {
    if (isObject(answer)) return answer as IteratorResult<unknown>
    throw new TypeError(`${this.meter.name}: next() gave ${show(answer)}, not an object`)
  }

  #gaveNone(done: boolean | undefined): void {
    this.meter.dropped()
    if (done) this.hasEnded = true
    else {
      this.meter.failed(this.#host.signal)
      this.#host.fail(
        new TypeError(`${this.meter.name}: item ${this.meter.received - 1} is undefined, which is never an item`),
      )
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
