import type { Stage } from '../api.ts'
import { Meter } from '../meter.ts'
import type { ActiveStage, Host, Upstream } from '../plan.ts'
import { ReorderBuffer, type Slot } from '../reorder-buffer.ts'
import { isThenable } from '../thenable.ts'

/** What a stage does with an item. */
export type Call = (item: never, index: number, stage: Stage) => unknown

/** How a stage calls. */
export interface CallSettings {
  readonly call: Call
  readonly concurrency: number
  readonly ordered: boolean
  /** What a result of `undefined` means. */
  readonly ifUndefined: 'fail' | 'drop'
}

/**
 * A stage that calls a function with each item, at most `concurrency` at a time.
 *
 *     accept ──▶ call ──▶ returned, or a promise that settles ──▶ reorder buffer ──▶ take
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
  #ended = false

  constructor(settings: CallSettings, host: Host, name: string, buffer: number) {
    this.meter = new Meter(name, settings.concurrency, settings.concurrency + buffer, host.stopwatch)
    this.#settings = settings
    this.#stage = { name, signal: host.signal }
    this.#host = host
    this.#results = new ReorderBuffer(settings.ordered)
  }

  get room(): boolean {
    return this.meter.room
  }

  accept(from: Upstream): void {
    const { call } = this.#settings // Called without a receiver.
    const item = from.take() as never
    const index = this.meter.received
    const slot = this.#results.open()
    this.meter.started()
    try {
      const result = call(item, index, this.#stage)
      if (isThenable(result)) {
        Promise.resolve(result).then(
          (value) => {
            this.#host.stopwatch.tick()
            this.#finish(slot, value, index)
            this.#host.proceed()
          },
          (error) => this.#fail(error),
        )
        return
      }
      this.#host.stopwatch.tick()
      this.#finish(slot, result, index)
    } catch (error) {
      this.#fail(error)
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

  #finish(slot: Slot, value: unknown, index: number): void {
    if (value !== undefined) {
      this.#results.fill(slot, value)
      this.meter.finished()
      return
    }
    this.#results.drop(slot)
    this.meter.dropped()
    if (this.#settings.ifUndefined === 'drop') return
    this.#host.fail(
      new TypeError(`${this.meter.name}: item ${index} gave undefined, which is never an item; filterMap drops items`),
    )
  }

  #fail(error: unknown): void {
    this.#host.stopwatch.tick()
    this.meter.dropped()
    this.#host.fail(error)
  }
}
