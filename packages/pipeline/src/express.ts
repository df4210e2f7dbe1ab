import type { Failure } from './failure.ts'
import type { Downstream, Passage, Upstream } from './plan.ts'
import type { Source } from './source.ts'
import { isPlainItem } from './stages/result.ts'
import type { Stopwatch } from './stopwatch.ts'

/** In place of a link: the way is not free any more, and the schedule goes on at the source. */
const STOP = -1

/** What follows the last stage that the express goes through. */
export interface Terminus {
  /** Where items arrive. */
  readonly place: Downstream
  /** Takes an item there, and as far as it goes. Gives the link to move next, 0 if there is none before another item sets out. */
  arrive(item: unknown): number
}

/**
 * Takes items one after the other from the source through the first stages, for as long as nothing waits on the way: what functions
 * that return plain values come to.
 *
 *     source ══▶ stage ══▶ stage ══▶ terminus       no clock is read, and no result is laid down to be taken up by the next stage
 *
 * The schedule does the same by its links, one move at a time. It takes over where a call gives a promise or the source an answer that
 * is not there yet, where the terminus has no room, and for each item that is to be timed.
 *
 * INVARIANT  an item sets out only while all of these stages are empty and the terminus has room. So it finds room in each of them.
 * INVARIANT  one item is on the way at a time, and the meters count it where it is.
 */
export class Express {
  readonly #source: Source
  readonly #stages: readonly Passage[]
  readonly #failure: Failure
  readonly #stopwatch: Stopwatch
  readonly #terminus: Terminus

  constructor(source: Source, stages: readonly Passage[], failure: Failure, stopwatch: Stopwatch, terminus: Terminus) {
    this.#source = source
    this.#stages = stages
    this.#failure = failure
    this.#stopwatch = stopwatch
    this.#terminus = terminus
  }

  /**
   * Takes what can go this way now, at most so many items, and none after one that is timed: it may be time for a rest then. Gives the
   * link to move next; undefined if nothing could go, and the run is well.
   */
  run(most: number): number | undefined {
    if (!this.#isFree()) return undefined
    const eventsOfItem = 1 + this.#stages.length
    let spare = this.#stopwatch.spare
    let taken = 0
    let next = 0
    while (taken < most && spare >= eventsOfItem && next === 0) {
      const item = this.#pull(false)
      if (item === undefined) next = STOP
      else {
        taken++
        spare -= eventsOfItem
        next = this.#take(item, false)
      }
    }
    this.#stopwatch.skip(taken * eventsOfItem)
    if (taken < most && next === 0) {
      const item = this.#pull(true)
      if (item !== undefined) {
        taken++
        next = this.#take(item, true)
      }
    }
    if (taken === 0 && !this.#failure.happened) return undefined
    return next === STOP ? 0 : next
  }

  #pull(isTimed: boolean): unknown {
    return this.#terminus.place.room && !this.#failure.happened ? this.#source.pull(isTimed) : undefined
  }

  /** Takes an item as far as it goes. Gives the link to move next, 0 if the way is free again, or `STOP`. */
  #take(first: unknown, isTimed: boolean): number {
    if (this.#failure.happened) return this.#stopAt(this.#source, first)
    const stages = this.#stages
    const stopwatch = this.#stopwatch
    let item = first
    for (let at = 0; at < stages.length; at++) {
      const passage = stages[at] as Passage
      const { call, stage, meter } = passage
      const calls = isTimed ? stopwatch.glance() : 0
      const beganMs = stopwatch.nowMs
      const index = meter.started()
      try {
        const result = call(item as never, index, stage)
        if (!isPlainItem(result)) {
          passage.keep(item, index, result, beganMs, calls)
          return meter.empty ? 0 : STOP
        }
        if (calls > 0) passage.returned(beganMs, calls)
        item = result
      } catch (error) {
        passage.fail(item, error, beganMs, calls)
        return meter.empty ? 0 : STOP
      }
      meter.passed()
      if (this.#failure.happened) return this.#stopAt(passage, item)
    }
    return this.#terminus.arrive(item)
  }

  /** The run has failed meanwhile: the item goes no further. */
  #stopAt(place: Upstream, item: unknown): number {
    place.hold?.(item)
    return STOP
  }

  #isFree(): boolean {
    for (const { meter } of this.#stages) if (!meter.empty) return false
    return true
  }
}
