import { type Adjustable, currentOf, followed } from '../adjustable.ts'
import type { Stage } from '../api.ts'
import type { Failed } from '../lineage/lineage.ts'
import { Meter } from '../meter.ts'
import { atOnce } from '../options.ts'
import { type ActiveStage, type Host, NONE, type Passage, type Place } from '../plan.ts'
import { ReorderBuffer, type Slot } from '../reorder-buffer.ts'
import type { Stopwatch } from '../stopwatch.ts'
import { isThenable } from '../thenable.ts'
import { CalledStage } from './called-stage.ts'
import { Keys } from './keys.ts'
import { DROPPED } from './result.ts'

/** What a stage does with an item. */
export type Call = (item: never, index: number, stage: Stage) => unknown

/** How a stage calls. */
export interface CallSettings {
  readonly call: Call
  readonly concurrency: number | Adjustable
  readonly ordered: boolean
  /** Of items with the same key one is worked on at a time. */
  readonly keyBy: ((item: never, index: number) => unknown) | undefined
  /** What leaves, by what the promise of a call gives and its item; absent if that itself does. */
  readonly outcome: ((result: unknown, item: unknown) => unknown) | undefined
  /** What a result of `undefined` means. */
  readonly ifUndefined: 'fail' | 'drop'
}

/** An item whose call runs, or waits for its turn, and where its result goes. Used again, and so are its two functions. */
export class Job implements Slot<Job> {
  value: unknown
  filled = false
  previous: Job | undefined
  next: Job | undefined
  item: unknown
  index = 0
  key: unknown
  beganMs = 0
  /** The number of the call, where it is recorded. */
  record = -1
  readonly onValue: (value: unknown) => void
  readonly onError: (error: unknown) => void

  constructor(stage: CallStage) {
    this.onValue = (value) => stage.resolved(this, value)
    this.onError = (error) => stage.rejected(this, error)
  }
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
export class CallStage implements ActiveStage, Passage {
  readonly meter: Meter
  readonly #settings: CallSettings
  readonly call: Call
  readonly stage: Stage
  readonly #host: Host
  readonly #stopwatch: Stopwatch
  readonly #results: ReorderBuffer<Job>
  readonly #keys: Keys | undefined
  readonly resume: (() => boolean) | undefined
  /** Undefined where nothing is held, so that a run need not wait for it at the end. */
  readonly close: (() => void) | undefined
  #ended = false

  constructor(settings: CallSettings, host: Host, place: Place) {
    const { concurrency } = settings
    const { name, buffer } = place
    const most = currentOf(concurrency)
    const limit = place.isShared ? Number.POSITIVE_INFINITY : most + buffer
    this.meter = new Meter(name, most, limit, host.stopwatch)
    host.stopwatch.watch()
    this.#settings = settings
    this.call = settings.call
    this.stage = new CalledStage(this.meter, host.signal)
    this.#host = host
    this.#stopwatch = host.stopwatch
    this.#results = new ReorderBuffer(settings.ordered, () => new Job(this))
    if (settings.keyBy !== undefined) {
      const keys = new Keys()
      this.#keys = keys
      this.resume = () => this.#resume(keys)
    }
    this.close = followed(concurrency, this.meter, host)
  }

  get room(): boolean {
    return this.meter.room
  }

  accept(item: unknown): unknown {
    if (this.#keys === undefined) return this.#callAtOnce(item)
    this.#callInTurn(item, this.#keys)
    return NONE
  }

  get passage(): Passage | undefined {
    return this.#keys === undefined ? this : undefined
  }

  /** A call is over that gave no promise. It is timed if it stands for any. */
  returned(beganMs: number, calls: number, record = -1): void {
    if (calls === 0) return
    const { spentMs } = this.#stopwatch
    this.#stopwatch.tick()
    this.meter.returned(this.#stopwatch.nowMs - beganMs, calls, spentMs)
    this.ended(record, true)
  }

  keep(item: unknown, index: number, result: unknown, beganMs: number, calls: number): void {
    if (result === undefined || result === DROPPED) {
      this.returned(beganMs, calls)
      if (!this.#isResult(result, index)) this.#drops(item, result)
    } else this.#begin(item, index, result as PromiseLike<unknown>, beganMs, -1)
  }

  fail(item: unknown, error: unknown, beganMs: number, calls: number): void {
    this.returned(beganMs, calls)
    this.#fails(item, error)
  }

  /** The promise of a job's call has given this. Called by that job alone, as the next one. */
  resolved(job: Job, result: unknown): void {
    this.#lasted(job)
    const { key } = job
    const { outcome } = this.#settings
    const isRead = outcome === undefined || result === DROPPED
    this.#finish(job, isRead ? result : outcome(result, this.plain(job.item)))
    this.#settled(key)
    this.#host.proceedSoon()
  }

  /** The promise of a job's call has failed. */
  rejected(job: Job, error: unknown): void {
    this.#lasted(job)
    const { key } = job
    this.#fails(this.#dropped(job), error)
    this.#settled(key)
    this.#host.proceedSoon()
  }

  hold(item: unknown): void {
    this.meter.returns()
    this.#results.push(item)
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

  /** The item, as the user's functions see it. */
  protected plain(item: unknown): unknown {
    return item
  }

  /** What is needed of an item when its call is over. */
  protected kept(_item: unknown): unknown {
    return undefined
  }

  /** A call begins; gives a number for it. */
  protected began(_item: unknown): number {
    return -1
  }

  /** That call has ended; at once, or as a promise. */
  protected ended(_record: number, _isSync: boolean): void {}

  /** What is handed on: the result, in place of the item. */
  protected become(_item: unknown, result: unknown): unknown {
    return result
  }

  /** Nothing of the item is handed on. */
  protected release(_item: unknown, _failed: Failed | undefined): void {}

  /** A result that is there when the call returns needs no job. */
  #callAtOnce(item: unknown): unknown {
    const { call } = this // Called without a receiver.
    const calls = this.#stopwatch.glance()
    const beganMs = this.#stopwatch.nowMs
    const record = this.began(item)
    const index = this.meter.started()
    try {
      const result = call(this.plain(item) as never, index, this.stage)
      if (isThenable(result)) {
        this.#begin(item, index, result, beganMs, record)
        return NONE
      }
      this.returned(beganMs, calls, record)
      if (this.#isResult(result, index)) return this.#passes(item, result)
      this.#drops(item, result)
    } catch (error) {
      this.returned(beganMs, calls, record)
      this.#fails(item, error)
    }
    return NONE
  }

  /** The result of a call will be there later. */
  #begin(item: unknown, index: number, result: PromiseLike<unknown>, beganMs: number, record: number): void {
    const promise = Promise.resolve(result) // May throw.
    const job = this.#results.open()
    job.item = this.#settings.outcome === undefined ? this.kept(item) : item
    job.index = index
    this.#await(job, promise, beganMs, record)
  }

  /** A result that is there at once leaves so, if none waits. */
  #passes(item: unknown, result: unknown): unknown {
    const value = this.become(item, result)
    if (this.#results.isEmpty) {
      this.meter.passed()
      return value
    }
    this.#results.push(value)
    this.meter.finished()
    return NONE
  }

  /** Of what is parked, what has come first. */
  #resume(keys: Keys): boolean {
    if (this.meter.running >= this.meter.concurrency || this.#host.signal.aborted) return false
    const job = keys.take()
    if (job === undefined) return false
    this.meter.unparked()
    this.#call(job)
    return true
  }

  /** The place of the result is that of the item, also when its key makes it wait. */
  #callInTurn(item: unknown, keys: Keys): void {
    const job = this.#results.open()
    job.item = item
    job.index = this.meter.received
    try {
      job.key = atOnce(`${this.meter.name}: keyBy`, this.#settings.keyBy?.(this.plain(item) as never, job.index))
    } catch (error) {
      this.meter.started()
      this.#fails(this.#dropped(job), error)
      return
    }
    if (keys.parks(job)) this.meter.parks()
    else {
      this.meter.started()
      this.#call(job)
    }
  }

  #call(job: Job): void {
    const { call } = this
    const calls = this.#stopwatch.glance()
    const beganMs = this.#stopwatch.nowMs
    const { item, key } = job
    const record = this.began(item)
    try {
      const result = call(this.plain(item) as never, job.index, this.stage)
      if (isThenable(result)) {
        this.#await(job, Promise.resolve(result), beganMs, record)
        return
      }
      this.returned(beganMs, calls, record)
      this.#finish(job, result)
    } catch (error) {
      this.returned(beganMs, calls, record)
      this.#fails(this.#dropped(job), error)
    }
    this.#settled(key)
  }

  #await(job: Job, promise: Promise<unknown>, beganMs: number, record: number): void {
    job.beganMs = beganMs
    job.record = record
    promise.then(job.onValue, job.onError)
  }

  /** The promise of a call has settled. The call is timed if it stands for any. */
  #lasted(job: Job): void {
    const calls = this.#stopwatch.glance()
    if (calls > 0) this.meter.lasted(this.#stopwatch.nowMs - job.beganMs, calls)
    this.ended(job.record, false)
  }

  #finish(job: Job, value: unknown): void {
    if (!this.#isResult(value, job.index)) {
      this.#drops(this.#dropped(job), value)
      return
    }
    const result = this.become(job.item, value)
    job.item = job.key = undefined
    this.#results.fill(job, result)
    this.meter.finished()
  }

  /** Frees the place of a job that has no result; gives its item. */
  #dropped(job: Job): unknown {
    const { item } = job
    job.item = job.key = undefined
    this.#results.drop(job)
    return item
  }

  /** The call for an item is over and leaves nothing behind. An item of which the run fails is not processed. */
  #drops(item: unknown, result: unknown): void {
    this.meter.dropped()
    if (result === DROPPED || this.#settings.ifUndefined === 'drop') this.release(item, undefined)
  }

  #fails(item: unknown, error: unknown): void {
    this.meter.dropped()
    this.meter.failed(this.#host.signal)
    this.release(item, { error })
    this.#host.failCall(error)
  }

  #isResult(value: unknown, index: number): boolean {
    if (value === DROPPED) return false
    if (value !== undefined) return true
    if (this.#settings.ifUndefined === 'fail') {
      this.meter.failed(this.#host.signal)
      this.#host.failed(
        new TypeError(
          `${this.meter.name}: item ${index} gave undefined, which is never an item; filterMap drops items`,
        ),
      )
    }
    return false
  }

  /** The call for a key is over: the next one for it may begin. */
  #settled(key: unknown): void {
    this.#keys?.release(key)
  }
}
