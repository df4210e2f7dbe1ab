import type { Value } from '@millrace/ring'
import type { Sender } from './api.ts'
import { turn } from './turn.ts'

/** How a source is forwarded. */
export interface ForwardOptions {
  /** Stops, closes the source, and rejects with the reason. It takes effect at the next item or wait for room. */
  readonly signal?: AbortSignal | undefined
  /** Whether the channel is closed at the end of the source, or with its error. Default: `true`. */
  readonly close?: boolean | undefined
}

/**
 * Sends every item of a source — an array, a generator, a Node or web stream, another receiver — and waits for room as
 * it goes, so that the source is read no faster than the channel is. Resolves with the number of items.
 *
 * An error of the source closes the channel with it and rejects. A channel that closes, or an abort, ends the reading and closes the source
 * (`return` of its iterator) and rejects.
 *
 * @example
 * import { boundedChannel, forward, LocalReceiver, LocalSender } from '@millrace/channel'
 *
 * const local = boundedChannel<string>({ capacity: 1 })
 * const [sender, receiver] = [new LocalSender(local), new LocalReceiver(local)]
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
  try {
    signal?.throwIfAborted()
    if (Symbol.asyncIterator in source) {
      for await (const item of source) {
        await sender.send(item, { signal })
        sent++
      }
    } else {
      for (const item of source) {
        if (sender.trySend(item) !== 'sent') await sender.send(item, { signal })
        sent++
        await turn()
        signal?.throwIfAborted()
      }
    }
    if (close) sender.close()
    return sent
  } catch (error) {
    if (close) sender.close(error)
    throw error
  }
}
