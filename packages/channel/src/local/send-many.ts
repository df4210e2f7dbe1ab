import { refusal, turn, type WaitOptions } from '@millrace/notify'
import type { Value } from '@millrace/ring'
import type { Sender } from '../api.ts'
import { CutShortError } from '../errors.ts'

/** Sends as many as there is room for without a promise, and waits with one ordinary send where there is none. */
export function sendMany<T extends Value>(
  sender: Sender<T>,
  values: Iterable<T>,
  options: WaitOptions | undefined,
): Promise<number> {
  if (typeof values?.[Symbol.iterator] !== 'function') {
    throw new TypeError(`values: expected an iterable, got ${String(values)}`)
  }
  return sendEach(sender, values[Symbol.iterator](), options, refusal(options))
}

async function sendEach<T extends Value>(
  sender: Sender<T>,
  iterator: Iterator<T>,
  options: WaitOptions | undefined,
  refused: Promise<never> | undefined,
): Promise<number> {
  let sent = 0
  if (refused !== undefined) {
    await refused.catch((cause: unknown) => {
      throw new CutShortError(0, remaining(iterator), cause)
    })
  }
  const signal = options?.signal
  for (let next = iterator.next(); next.done !== true; next = iterator.next()) {
    const { value } = next
    try {
      signal?.throwIfAborted()
      if (sender.trySend(value) === 'sent') {
        const due = turn()
        if (due !== undefined) await due
      } else await sender.send(value, options)
    } catch (cause) {
      throw new CutShortError(sent, remaining(iterator, value), cause)
    }
    sent++
  }
  return sent
}

function* remaining<T>(iterator: Iterator<T>, first?: T): Generator<T> {
  if (first !== undefined) yield first
  for (let next = iterator.next(); next.done !== true; next = iterator.next()) yield next.value
}
