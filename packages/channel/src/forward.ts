import type { Value } from '@millrace/ring'
import type { Sender } from './api.ts'
import { CutShortError } from './errors.ts'

/** How a source is forwarded. */
export interface ForwardOptions {
  /** Stops and closes the source. It takes effect at the next item or wait for room. */
  readonly signal?: AbortSignal | undefined
  /** Whether the channel is closed at the end of the source, or with its error. Default: `true`. */
  readonly close?: boolean | undefined
}

/**
 * Sends every item of a source — an array, a generator, a Node or web stream, another receiver — and waits for room as
 * it goes, so that the source is read no faster than the channel is. Resolves with the number of items.
 *
 * An error of the source closes the channel with it and rejects with it. When an item cannot be sent, since the channel closed, the signal was aborted, or
 * overflow is `"reject"`, the source is closed (`return` of its iterator) and the promise rejects with `CutShortError`: `sent` tells how many
 * items went in, `rest` is the item in hand, `cause` is why.
 *
 * @example
 * import { boundedChannel, forward, ChannelReceiver, ChannelSender } from '@millrace/channel'
 *
 * const local = boundedChannel<string>({ capacity: 1 })
 * const [sender, receiver] = [new ChannelSender(local), new ChannelReceiver(local)]
 * const forwarding = forward(['green', 'black'], sender)
 * await receiver.receive() // => 'green'
 * await receiver.receive() // => 'black'
 * await receiver.receive() // => undefined
 * await forwarding // => 2
 */
export async function forward<T extends Value>(
  source: Iterable<T> | AsyncIterable<T>,
  sender: Sender<T>,
  { signal, close = true }: ForwardOptions = {},
): Promise<number> {
  let sent = 0
  const pass = async (item: T): Promise<void> => {
    try {
      signal?.throwIfAborted()
      await sender.send(item, { signal })
    } catch (cause) {
      throw new CutShortError(sent, [item], cause)
    }
    sent++
  }
  try {
    signal?.throwIfAborted()
    if (Symbol.asyncIterator in source) for await (const item of source) await pass(item)
    else for (const item of source) await pass(item)
  } catch (error) {
    if (close) sender.close(failureOf(error))
    throw error
  }
  if (close) sender.close()
  return sent
}

/** What the channel is closed with; `undefined` would be no error, so an error that is undefined gets a name. */
function failureOf(error: unknown): unknown {
  if (error instanceof CutShortError) return error.cause
  return error ?? new Error('the source failed', { cause: error })
}
