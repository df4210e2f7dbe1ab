import type { Flow } from '../stages/flow.ts'
import type { Log } from './log.ts'

/** Why something is not processed. Boxed, since anything can be thrown. */
export interface Failed {
  readonly error: unknown
}

/** An item of the source, while something made of it is in the run. */
export interface Origin {
  /** Its number, from 0. */
  readonly position: number
  readonly item: unknown
  /** How much of it is in the run. */
  open: number
  failed: Failed | undefined
}

/** What stages hand on in place of an item: the item, and what it was made of. */
export class Tracked {
  readonly value: unknown
  readonly origins: readonly Origin[]
  /** Which one it is, from 0: the same as long as one item makes one. */
  readonly id: number

  constructor(value: unknown, origins: readonly Origin[], id: number) {
    this.value = value
    this.origins = origins
    this.id = id
  }
}

/** What one stage does with items that are tracked: what it does with plain ones, on the values. */
export class StageLineage {
  readonly #lineage: Lineage
  readonly #stage: number

  constructor(lineage: Lineage, stage: number) {
    this.#lineage = lineage
    this.#stage = stage
  }

  /** A call begins for the item. Gives a number for it. */
  began(item: unknown): number {
    return this.#lineage.log?.began(this.#stage, (item as Tracked).id) ?? -1
  }

  /** It has ended; at once, or as a promise. */
  ended(call: number, isSync: boolean): void {
    this.#lineage.log?.ended(call, isSync)
  }

  /** Another item in its place. */
  become(item: unknown, value: unknown): Tracked {
    return this.#lineage.become(item as Tracked, value)
  }

  flow(flow: Flow): Flow {
    const lineage = this.#lineage
    return {
      take(tracked, emit) {
        const item = tracked as Tracked
        let isFirst = true
        flow.take(item.value, (value) => {
          emit(lineage.derive(item, value, isFirst))
          isFirst = false
        })
        lineage.release(item)
      },
      get satisfied() {
        return flow.satisfied === true
      },
    }
  }

  /** One more item, made of one that stays. */
  derive(from: unknown, value: unknown): Tracked {
    return this.#lineage.derive(from as Tracked, value, false)
  }

  /** An array of tracked items, as a tracked array of items, which takes their place. */
  join(items: readonly unknown[]): Tracked {
    return this.#lineage.join(items as readonly Tracked[])
  }

  /** The item itself. */
  value(item: unknown): unknown {
    return (item as Tracked).value
  }

  /** Nothing of the item is left here. */
  release(item: unknown, failed?: Failed): void {
    this.#lineage.release(item as Tracked, failed)
  }
}

/**
 * Which items of the source each item in the run was made of; for runs that tell when one is fully processed.
 *
 *     source ─ enter ─▶ Tracked ─ become (map), derive (flatten), join (batch) ─▶ Tracked ─ release ─▶ left the run, dropped, or failed
 *
 * Stages hold and hand on tracked items as they do plain ones; only where the user's functions see them they are plain.
 *
 * INVARIANT  the `open` of an origin is the number of tracked items in the run that were made of it; at 0 it is told of, once.
 */
export class Lineage {
  /** Undefined where nobody wants to see what happens. */
  readonly log: Log | undefined
  readonly #onProcessed: (origin: Origin) => void
  readonly #open = new Set<Origin>()
  #nextId = 0

  constructor(onProcessed: (origin: Origin) => void, log: Log | undefined) {
    this.#onProcessed = onProcessed
    this.log = log
  }

  /** The items of the source that are not fully processed. They are not told of any more. */
  takeOpen(): readonly Origin[] {
    const open = [...this.#open]
    this.#open.clear()
    return open
  }

  /** An item comes from the source. */
  enter(item: unknown, position: number): Tracked {
    const origin: Origin = { position, item, open: 1, failed: undefined }
    this.#open.add(origin)
    return new Tracked(item, [origin], this.#nextId++)
  }

  /** Another item in its place. */
  become(item: Tracked, value: unknown): Tracked {
    return new Tracked(value, item.origins, item.id)
  }

  /** One more, beside the item; or in its place, if it is the `same` one. */
  derive(from: Tracked, value: unknown, isSame: boolean): Tracked {
    for (const origin of from.origins) origin.open++
    return new Tracked(value, from.origins, isSame ? from.id : this.#nextId++)
  }

  join(items: readonly Tracked[]): Tracked {
    const values = items.map(({ value }) => value)
    // An origin that is in it twice is also released twice.
    return new Tracked(
      values,
      items.flatMap(({ origins }) => origins),
      items[0]?.id ?? this.#nextId++,
    )
  }

  /** The plain item, which leaves the run. */
  leave(item: Tracked): unknown {
    this.log?.leaves(item.id)
    this.release(item)
    return item.value
  }

  release(item: Tracked, failed?: Failed): void {
    for (const origin of item.origins) {
      origin.failed ??= failed
      if (--origin.open === 0 && this.#open.delete(origin)) this.#onProcessed(origin)
    }
  }
}
