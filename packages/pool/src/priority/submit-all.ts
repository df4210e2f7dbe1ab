import { CutShortError } from '@millrace/channel'
import { turn, type WaitOptions } from '@millrace/notify'

/**
 * Puts in one item after the other and answers how many there were; rejects with `CutShortError` if one does not come in.
 * `enter` answers a promise if it has to wait, for which it asks how long is left.
 */
export async function submitAll<T, Limits extends WaitOptions>(
  items: Iterable<T>,
  options: Limits,
  enter: (item: T, left: () => Limits) => Promise<unknown> | undefined,
): Promise<number> {
  const { signal, timeoutMs } = options
  const endsAt = performance.now() + (timeoutMs ?? 0)
  const left = (): Limits =>
    timeoutMs === undefined ? options : { ...options, timeoutMs: Math.max(0, endsAt - performance.now()) }
  const iterator = items[Symbol.iterator]()
  let submitted = 0
  let item: T | undefined
  try {
    for (let step = iterator.next(); step.done !== true; step = iterator.next()) {
      item = step.value
      if (signal?.aborted) throw signal.reason
      const due = enter(item, left) ?? turn()
      if (due !== undefined) await due
      item = undefined
      submitted++
    }
    return submitted
  } catch (cause) {
    throw new CutShortError(submitted, rest(item, iterator), cause)
  }
}

function* rest<T>(item: T | undefined, iterator: Iterator<T>): Generator<T, void, undefined> {
  if (item !== undefined) yield item
  for (let step = iterator.next(); step.done !== true; step = iterator.next()) yield step.value
}
