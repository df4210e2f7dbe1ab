import { show } from '@millrace/notify'
import type { DroppingOptions, DropSide } from '../api.ts'
import type { StageLineage } from '../lineage/lineage.ts'
import { checkCount, checkFunction, nameOf } from '../options.ts'
import { type Host, NONE, type Place, type StagePlan } from '../plan.ts'
import { isThenable } from '../thenable.ts'
import { HoldingStage } from './holding.ts'

type OnDrop = (item: never) => unknown

/** A buffer that never makes what is before it wait: what is too much is dropped. */
export function bufferDroppingPlan(
  count: number,
  side: DropSide,
  options: DroppingOptions<never> | undefined,
  position: number,
): StagePlan {
  checkCount('bufferDropping: count', count, 1)
  if (side !== 'oldest' && side !== 'newest') {
    throw new TypeError(`bufferDropping: side: expected 'oldest' or 'newest', got ${show(side)}`)
  }
  const name = nameOf('bufferDropping', options, position, ['onDrop'])
  const { onDrop } = options ?? {}
  if (onDrop !== undefined) checkFunction('bufferDropping: onDrop', onDrop)
  return {
    name,
    buffer: 0,
    open: (host, place) => new DroppingStage(count, side, onDrop, host, place),
  }
}

/** INVARIANT  at most `count` items wait, and one more is always taken: the oldest of them, or it, is dropped. */
class DroppingStage extends HoldingStage {
  readonly mayDrop = true
  readonly #lineage: StageLineage | undefined
  readonly #count: number
  readonly #side: DropSide
  readonly #onDrop: OnDrop | undefined

  constructor(count: number, side: DropSide, onDrop: OnDrop | undefined, host: Host, place: Place) {
    super(host, place.name, count + place.buffer)
    this.#lineage = place.lineage
    this.#count = count + place.buffer
    this.#side = side
    this.#onDrop = onDrop
  }

  override get room(): boolean {
    return true
  }

  accept(item: unknown): typeof NONE {
    this.meter.started()
    if (this.meter.waiting < this.#count) {
      this.held.push(item)
      this.meter.finished()
      return NONE
    }
    // The one that comes takes the place of the one that is dropped, so that as many wait as before.
    this.meter.dropped()
    if (this.#side === 'newest') this.#drop(item)
    else {
      this.held.push(item)
      this.#drop(this.held.take())
    }
    return NONE
  }

  #drop(item: unknown): void {
    this.#lineage?.release(item)
    try {
      const told = this.#onDrop?.((this.#lineage === undefined ? item : this.#lineage.value(item)) as never)
      if (isThenable(told)) Promise.resolve(told).catch(this.failed)
    } catch (error) {
      this.failed(error)
    }
  }
}
