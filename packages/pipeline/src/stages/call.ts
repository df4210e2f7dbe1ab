import type { Adjustable } from '../adjustable.ts'
import type { Stage } from '../api.ts'
import { Meter } from '../meter.ts'
import type { ActiveStage, Host, Upstream } from '../plan.ts'
import { ReorderBuffer, type Slot } from '../reorder-buffer.ts'
import { isThenable } from '../thenable.ts'
import { Keys } from './keys.ts'

/** What a stage does with an item. */
export type Call = (item: never, index: number, stage: Stage) => unknown

/** What a call gives that leaves nothing behind. */
export const DROPPED: unique symbol = Symbol('dropped')

/** How a stage calls. */
export interface CallSettings {
  readonly call: Call
  readonly concurrency: number | Adjustable
  readonly ordered: boolean
  /** Of items with the same key one is worked on at a time. */
  readonly keyBy: ((item: never, index: number) => unknown) | undefined
  /** What a result of `undefined` means. */
  readonly ifUndefined: 'fail' | 'drop'
}

/** An item and where its result goes. */
export interface Job {
  readonly item: unknown
  readonly index: number
  readonly slot: Slot
  readonly key: unknown
}

/**
 * A stage that calls a function with each item, at most `concurrency` at a time.
 *
 *     accept ──▶ (parked, while one with its key runs) ──▶ call ──▶ returned, or a promise that settles ──▶ reorder buffer ──▶ take
 *
 * INVARIANT  a call is counted as running from before it is made until it has returned or its promise has settled, whatever
 *            becomes of the run meanwhile. So when nothing runs, nothing of the user's is at work.
 * INVARIANT  a function that returns a plain value meets no promise.
 */
export class CallStage implements ActiveStage {
  readonly meter: Meter
  readonly #settings: CallSettings
  readonly #stage: Stage
  readonly #host: Host
  readonly #results: ReorderBuffer
  readonly #keys: Keys | undefined
  readonly #unfollow: (() => void) | undefined
  #ended = false

  constructor(settings: CallSettings, host: Host, name: string, buffer: number) {
    const { concurrency } = settings
    const most = typeof concurrency === 'number' ? concurrency : concurrency.value
    const limit = host.isShared ? Number.POSITIVE_INFINITY : most + buffer
    this.meter = new Meter(name, most, limit, host.stopwatch)
    this.#settings = settings
    this.#stage = { name, signal: host.signal }
    this.#host = host
    this.#results = new ReorderBuffer(settings.ordered)
    this.#keys = settings.keyBy === undefined ? undefined : new Keys()
    if (typeof concurrency !== 'number') this.#unfollow = concurrency.follow((value) => this.#resize(value))
  }

  get room(): boolean {
    return this.meter.room
  }

  accept(from: Upstream): void {
    const item = from.take()
    const index = this.meter.received
    const slot = this.#results.open()
    const { keyBy } = this.#settings
    if (keyBy === undefined || this.#keys === undefined) {
      this.meter.started()
      this.#call(item, index, slot, undefined)
      return
    }
    let key: unknown
    try {
      key = keyBy(item as never, index)
    } catch (error) {
      this.meter.started()
      this.#fail(error, slot)
      return
    }
    if (this.#keys.parks({ item, index, slot, key })) this.meter.parks()
    else {
      this.meter.started()
      this.#call(item, index, slot, key)
    }
  }

  ready(): boolean {
    return this.#results.ready
  }

  peek(): unknown {
    return this.#results.peek()
  }

  take(): unknown {
    this.meter.left()
    return this.#results.take()
  }

  end(): void {
    this.#ended = true
  }

  get finished(): boolean {
    return this.#ended && this.meter.empty
  }

  close(): void {
    this.#unfollow?.()
  }

  #call(item: unknown, index: number, slot: Slot, key: unknown): void {
    const { call } = this.#settings // Called without a receiver.
    const beganMs = this.#host.stopwatch.nowMs
    try {
      const result = call(item as never, index, this.#stage)
      if (isThenable(result)) {
        Promise.resolve(result).then(
          (value) => {
            this.#finish(slot, value, index, beganMs)
            this.#settled(key)
            this.#host.proceed()
          },
          (error) => {
            this.#fail(error, slot)
            this.#settled(key)
            this.#host.proceed()
          },
        )
        return
      }
      this.#finish(slot, result, index, beganMs)
    } catch (error) {
      this.#fail(error, slot)
    }
    this.#settled(key)
  }

  /** The call for a key is over. Before anything else may start: those that are parked came first. */
  #settled(key: unknown): void {
    if (this.#keys === undefined) return
    this.#keys.release(key)
    this.#unpark()
  }

  #unpark(): void {
    while (!this.#host.signal.aborted && this.meter.running < this.meter.concurrency) {
      const job = this.#keys?.take()
      if (job === undefined) return
      this.meter.unparked()
      this.#call(job.item, job.index, job.slot, job.key)
    }
  }

  #finish(slot: Slot, value: unknown, index: number, beganMs: number): void {
    this.#host.stopwatch.tick()
    this.meter.lasted(this.#host.stopwatch.nowMs - beganMs)
    if (value !== undefined && value !== DROPPED) {
      this.#results.fill(slot, value)
      this.meter.finished()
      return
    }
    this.#results.drop(slot)
    this.meter.dropped()
    if (this.#settings.ifUndefined === 'drop' || value === DROPPED) return
    this.#host.failed(
      new TypeError(`${this.meter.name}: item ${index} gave undefined, which is never an item; filterMap drops items`),
    )
  }

  #fail(error: unknown, slot: Slot): void {
    this.#host.stopwatch.tick()
    this.#results.drop(slot)
    this.meter.dropped()
    this.#host.failCall(error)
  }

  #resize(concurrency: number): void {
    this.#host.stopwatch.tick()
    this.meter.resize(concurrency)
    this.#unpark()
    this.#host.proceed()
  }
}
