import type { Held } from '@millrace/pool'
import type { Context } from './context.ts'

/** Items on their way to a client, and their text. */
export interface Answer {
  readonly held: Held<unknown>
  readonly text: string
}

/**
 * The first of the items, as many as make an answer of the size allowed; the others are back in place. An item that has no JSON
 * leaves the pool and is told of.
 */
export function sendable(first: Held<unknown>, context: Context): Answer {
  const { pool, limits, onUnsendable } = context
  const n = first.items.length
  for (let held = first; ; ) {
    const { parts, failure } = partsOf(held, limits.maxAnswerBytes)
    if (parts.length === held.items.length) return { held, text: `[${parts.join(',')}]` }
    if (parts.length === 0 && held.items.length === 1) {
      held.release()
      report(() => onUnsendable(held.items[0], failure))
      held = pool.tryHold(n)
    } else {
      // A hold is settled whole. Which are due next may be others by now.
      held.putBack()
      held = pool.tryHold(Math.max(1, parts.length))
    }
  }
}

/** The items as JSON: up to one that has none, or, behind the first, to one that is too much. */
function partsOf({ items, priorities }: Held<unknown>, maxBytes: number): { parts: string[]; failure?: unknown } {
  const parts: string[] = []
  let left = maxBytes - 2
  for (const [i, item] of items.entries()) {
    let text: string | undefined
    try {
      text = JSON.stringify(item)
    } catch (failure) {
      return { parts, failure }
    }
    if (text === undefined) return { parts, failure: new TypeError(`the item is no JSON value but a ${typeof item}`) }
    const priority = priorities?.[i]
    if (priority !== undefined && !Number.isFinite(priority)) {
      return { parts, failure: new RangeError(`its priority ${priority} is no JSON`) }
    }
    const part = priority === undefined ? `{"item":${text}}` : `{"item":${text},"priority":${priority}}`
    left -= Buffer.byteLength(part) + 1
    if (left < 0 && parts.length > 0) break
    parts.push(part)
  }
  return { parts }
}

function report(tell: () => void): void {
  try {
    tell()
  } catch (error) {
    queueMicrotask(() => {
      throw error
    })
  }
}
