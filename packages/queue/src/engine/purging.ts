import type { Stored } from '../state/stored.ts'
import type { LocalQueue } from './local-queue.ts'
import { inSlices, type Slice } from './slices.ts'

/** So many bytes of bodies are read before others have their turn. */
const SLICE_BYTES: number = 2 ** 22

/** Who purges: told after each slice that the queue has changed; throws if nothing can be changed any more. */
export interface Purger {
  /** Whether the queue has not been deleted meanwhile. */
  readonly isThere: () => boolean
  readonly changed: () => void
}

/** Drops what is ready or delayed; tells how many messages. */
export function purge(queue: LocalQueue, purger: Purger): Promise<number> {
  const { ready, delayed } = queue.state
  return sliced(ready + delayed, purger, (most) => {
    const done = queue.state.purge(most)
    return { done, isOver: done === 0 }
  })
}

/** Drops what is ready or delayed and cannot be read, which it tries: a body that is in memory can be. Tells how many messages. */
export function purgeDamaged(queue: LocalQueue, purger: Purger): Promise<number> {
  const messages = [...queue.state.messages].filter(({ body }) => body === undefined)
  let at = 0
  return sliced(messages.length, purger, (most) => {
    const end = Math.min(messages.length, at + most)
    let done = 0
    for (let bytes = 0; at < end && bytes < SLICE_BYTES; at++) {
      const message = messages[at] as Stored
      if (message.state === 'leased' || !queue.state.has(message)) continue
      bytes += message.length
      if (!queue.isLost(message)) continue
      queue.state.drop(message)
      done++
    }
    return { done, isOver: at === messages.length }
  })
}

function sliced(max: number, { isThere, changed }: Purger, act: (most: number) => Slice): Promise<number> {
  return inSlices(max, (most) => {
    if (!isThere()) return { done: 0, isOver: true }
    const slice = act(most)
    changed()
    return slice
  })
}
