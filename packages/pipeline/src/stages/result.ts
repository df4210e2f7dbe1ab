/** What a call gives that leaves nothing behind. */
export const DROPPED: unique symbol = Symbol('dropped')

/**
 * Whether the result of a call is an item that is there: not a promise, nor one of those that stand for none. Reads `then`, so it may throw.
 *
 * Asked of every result. So the kinds of value are told apart first, which costs least.
 */
export function isPlainItem(result: unknown): boolean {
  if (typeof result === 'object' || typeof result === 'function') {
    return result === null || typeof (result as { then?: unknown }).then !== 'function'
  }
  return result !== undefined && (typeof result !== 'symbol' || result !== DROPPED)
}
