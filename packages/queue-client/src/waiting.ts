import { WaitList } from '@millrace/notify'
import type { Asked } from './asked.ts'

/**
 * Requests that are not written yet.
 *
 * INVARIANT  those of one lane are in the order they were made, also when some of them come back from a lost connection.
 */
export class Waiting {
  readonly #lanes = [new WaitList<Asked>(), new WaitList<Asked>(), new WaitList<Asked>()] as const

  /** Whether there are none. */
  get isEmpty(): boolean {
    for (const { length } of this.#lanes) if (length > 0) return false
    return true
  }

  /** Puts one behind all others. */
  add(asked: Asked): void {
    this.#lanes[asked.lane].add(asked)
  }

  /** Takes out the one that was made first, of those in front of the lanes that have room. */
  next(hasRoom: (asked: Asked) => boolean): Asked | undefined {
    let first: Asked | undefined
    for (const lane of this.#lanes) {
      const asked = lane.first
      if (asked !== undefined && (first === undefined || asked.order < first.order) && hasRoom(asked)) first = asked
    }
    first?.list?.remove(first)
    return first
  }

  /** Takes out all, those of each lane in the order they were made. */
  takeAll(): Asked[] {
    return this.#lanes.flatMap((lane) => lane.takeWhere(() => true))
  }
}
