import { setImmediate as nextTurn } from 'node:timers/promises'

/** So many messages are dealt with before others have their turn. */
export const SLICE = 2_000

/** What became of a slice. */
export interface Slice {
  readonly done: number
  readonly isOver: boolean
}

/**
 * Does to many messages what would keep everybody else waiting: so many at a time, with a turn of the event loop between. Tells to how many, `max` at
 * most. `act` throws if it cannot go on.
 */
export async function inSlices(max: number, act: (most: number) => Slice): Promise<number> {
  let count = 0
  while (count < max) {
    const { done, isOver } = act(Math.min(SLICE, max - count))
    count += done
    if (isOver) break
    await nextTurn()
  }
  return count
}
