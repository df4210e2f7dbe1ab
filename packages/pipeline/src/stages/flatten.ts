import { show } from '@millrace/notify'
import { type Adjustable, currentOf, followed, isAdjustable } from '../adjustable.ts'
import type { FlattenOptions } from '../api.ts'
import { Fifo } from '../fifo.ts'
import type { Failed, StageLineage } from '../lineage/lineage.ts'
import { Meter } from '../meter.ts'
import { checkCount, nameOf } from '../options.ts'
import { type ActiveStage, type Host, NONE, type Place, type StagePlan } from '../plan.ts'
import { allOver, closeTap, type Reading, type Tap, tapOf } from '../taps.ts'
import { isThenable } from '../thenable.ts'

/** A stage that emits the items of its items, which are iterables, streams, receivers or pipelines. */
export function flattenPlan(options: FlattenOptions | undefined, position: number, verb = 'flatten'): StagePlan {
  const name = nameOf(verb, options, position, ['concurrency', 'ordered'])
  const { concurrency = 1, ordered = true } = options ?? {}
  if (!isAdjustable(concurrency)) checkCount(`${verb}: concurrency`, concurrency, 1)
  if (typeof ordered !== 'boolean') throw new TypeError(`${verb}: ordered: expected a boolean, got ${show(ordered)}`)
  return {
    name,
    buffer: 0,
    isMaker: true,
    open: (host, place) => new FlattenStage(concurrency, ordered, host, place),
  }
}

/** One of the iterables that are read. */
class Inner implements Reading {
  readonly tap: Tap
  /** What leaves through it, if the stage is ordered. */
  readonly items = new Fifo()
  /** How many items of it are here. */
  length = 0
  isInside = false
  hasEnded = false

  /** The item that it was. */
  readonly outer: unknown
  failed: Failed | undefined

  constructor(tap: Tap, outer: unknown) {
    this.tap = tap
    this.outer = outer
  }

  get isSpent(): boolean {
    return this.hasEnded && this.length === 0
  }
}

/** An item, and where it came from. */
interface Arrival {
  readonly inner: Inner
  readonly item: unknown
}

/**
 * A stage that reads several iterables at a time.
 *
 *     accept ──▶ reading, at most `concurrency` ──▶ one item of each, and `buffer` more ──▶ take
 *
 * Ordered: the first one is emptied before the second gives anything. Unordered: items leave as they came.
 *
 * INVARIANT  of each at most 1 + place.buffer items are here, the one that is fetched included.
 * INVARIANT  the item that leaves next is the same until it has left.
 * INVARIANT  next() of an iterable is never called while an answer of it is due, nor after its end; return() once, if it was left before.
 */
class FlattenStage implements ActiveStage {
  readonly meter: Meter
  readonly #lineage: StageLineage | undefined
  readonly #ahead: number
  readonly #ordered: boolean
  readonly #host: Host
  readonly #unfollow: (() => void) | undefined
  /** In the order in which they came. */
  readonly #arrivals = new Fifo()
  readonly #inners: Inner[] = []
  #isClosed = false
  #ended = false

  constructor(concurrency: number | Adjustable, ordered: boolean, host: Host, place: Place) {
    this.meter = new Meter(place.name, currentOf(concurrency), Number.POSITIVE_INFINITY, host.stopwatch)
    this.#lineage = place.lineage
    this.#ahead = 1 + place.buffer
    this.#ordered = ordered
    this.#host = host
    this.#unfollow = followed(concurrency, this.meter, host)
  }

  get room(): boolean {
    return this.#inners.length < this.meter.concurrency
  }

  /** Those that are read and have none of their items here. */
  get unseen(): number {
    let count = 0
    for (const { length } of this.#inners) if (length === 0) count++
    return count
  }

  accept(item: unknown): typeof NONE {
    this.meter.took()
    try {
      const value = this.#lineage === undefined ? item : this.#lineage.value(item)
      const inner = new Inner(tapOf(value, this.meter.name)(this.#host.signal), item)
      this.#inners.push(inner)
      this.#fetch(inner)
    } catch (error) {
      this.meter.failed(this.#host.signal)
      this.#lineage?.release(item, { error })
      this.#host.failCall(error)
    }
    return NONE
  }

  ready(): boolean {
    return this.#leaving.ready
  }

  peek(): unknown {
    return (this.#leaving.peek() as Arrival).item
  }

  take(): unknown {
    const { inner, item } = this.#leaving.take() as Arrival
    inner.length--
    this.meter.left()
    if (!this.#isClosed) this.#fetch(inner)
    return item
  }

  end(): void {
    this.#ended = true
  }

  get finished(): boolean {
    return this.#ended && this.#inners.length === 0
  }

  async close(): Promise<void> {
    this.#isClosed = true
    const open = this.#inners.filter(({ hasEnded }) => !hasEnded)
    this.#unfollow?.()
    await allOver(open.map((inner) => closeTap(inner.tap, inner)))
  }

  /** Where items leave from. */
  get #leaving(): Fifo {
    return this.#ordered ? (this.#inners[0]?.items ?? this.#arrivals) : this.#arrivals
  }

  /** Fetches ahead what is there at once, and one item that is not. */
  #fetch(inner: Inner): void {
    while (!inner.isInside && !inner.hasEnded && inner.length < this.#ahead) {
      inner.isInside = true
      try {
        const answer = inner.tap.next()
        if (!isThenable(answer)) {
          this.#host.stopwatch.glance() // The run is to see how long this goes on.
          this.#receive(inner, answer)
          continue
        }
        Promise.resolve(answer).then(
          (result) => {
            this.#host.stopwatch.glance()
            this.#resume(inner, result)
            this.#host.proceed()
          },
          (error) => this.#break(inner, error),
        )
      } catch (error) {
        this.#break(inner, error)
      }
      return
    }
    if (inner.isSpent) this.#forget(inner)
  }

  /** An answer has come; of a stage that was closed meanwhile nobody wants it, unless it is the end. */
  #resume(inner: Inner, answer: unknown): void {
    if (this.#isClosed) {
      inner.isInside = false
      inner.hasEnded = Object(answer).done === true
      return
    }
    try {
      this.#receive(inner, answer)
      this.#fetch(inner)
    } catch (error) {
      this.#break(inner, error)
    }
  }

  #receive(inner: Inner, answer: unknown): void {
    inner.isInside = false
    const { done, value } = answer as IteratorResult<unknown>
    if (done) inner.hasEnded = true
    else if (value === undefined) {
      // It does not know that this is the end.
      closeTap(inner.tap, inner).catch(() => {}) // The first error counts.
      throw new TypeError(`${this.meter.name}: an item of an item is undefined, which is never an item`)
    } else {
      const item = this.#lineage === undefined ? value : this.#lineage.derive(inner.outer, value)
      const arrival: Arrival = { inner, item }
      if (this.#ordered) inner.items.push(arrival)
      else this.#arrivals.push(arrival)
      inner.length++
      this.meter.gave()
    }
    if (inner.isSpent) this.#forget(inner)
  }

  /** It failed by itself, so it is closed. What it gave before still leaves, unless the run ends. */
  #break(inner: Inner, error: unknown): void {
    inner.isInside = false
    inner.hasEnded = true
    inner.failed = { error }
    this.meter.failed(this.#host.signal)
    if (inner.isSpent) this.#forget(inner)
    this.#host.failCall(error)
    this.#host.proceed()
  }

  #forget(inner: Inner): void {
    const place = this.#inners.indexOf(inner)
    if (place < 0) return
    this.#inners.splice(place, 1)
    this.#lineage?.release(inner.outer, inner.failed)
  }
}
