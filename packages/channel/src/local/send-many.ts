import type { WaitOptions } from '@millrace/notify'
import type { Value } from '@millrace/ring'
import type { Sender } from '../api.ts'
import { CutShortError } from '../errors.ts'
import { refusal } from './check.ts'

/** Sends as many as there is room for without a promise, and waits with one ordinary send where there is none. */
export async function sendMany<T extends Value>(
  sender: Sender<T>,
  values: Iterable<T>,
  options: WaitOptions | undefined,
): Promise<number> {
  const iterator = values[Symbol.iterator]()
  let sent = 0
  try {
    if (options !== undefined) await refusal(options)
  } catch (cause) {
    throw new CutShortError(0, { [Symbol.iterator]: () => iterator }, cause)
  }
  for (let next = iterator.next(); next.done !== true; next = iterator.next()) {
    const { value } = next
    try {
      if (sender.trySend(value) !== 'sent') await sender.send(value, options)
    } catch (cause) {
      throw new CutShortError(sent, restFrom(value, iterator), cause)
    }
    sent++
  }
  return sent
}

function* restFrom<T>(value: T, iterator: Iterator<T>): Generator<T> {
  yield value
  for (let next = iterator.next(); next.done !== true; next = iterator.next()) yield next.value
}
