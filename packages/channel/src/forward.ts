import { checkNames, checkWaitOptions, show } from '@millrace/notify'
import type { Value } from '@millrace/ring'
import type { Sender } from './api.ts'
import { CutShortError } from './errors.ts'
import { failureOf } from './failure.ts'

/** How a source is forwarded. */
export interface ForwardOptions {
  /** Stops and closes the source. It takes effect at the call, at the next item or in a wait for room. */
  readonly signal?: AbortSignal | undefined
  /** Whether the channel is closed at the end of the source, or with its error. Default: `true`. */
  readonly close?: boolean | undefined
}

/**
 * Sends every item of a source — an array, a string, a generator, a Node or web stream, another receiver — and waits for room as
 * it goes, so that the source is read no faster than the channel is. Resolves with the number of items.
 *
 * An error of the source closes the channel with it and rejects with it. When an item cannot be sent, since the channel closed, the signal was
 * aborted, or overflow is `"reject"`, the source is closed (`return` of its iterator), the channel is closed with the cause, and the promise rejects
 * with `CutShortError`: `sent` tells how many items went in, `rest` is the item in hand, `cause` is why. If the signal is aborted at the call
 * nothing is taken, and `rest` is empty. Misuse throws `TypeError` at once and closes nothing.
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
export function forward<T extends Value>(
  source: Iterable<T> | AsyncIterable<T>,
  sender: Sender<T>,
  options: ForwardOptions = {},
): Promise<number> {
  checkNames(options, ['signal', 'close'])
  const { signal, close = true } = options
  checkWaitOptions({ signal })
  if (typeof close !== 'boolean') throw new TypeError(`close: expected true or false, got ${show(close)}`)
  if (!isAsync(source) && typeof source?.[Symbol.iterator] !== 'function') {
    throw new TypeError(`source: expected an iterable or async iterable, got ${show(source)}`)
  }
  if (typeof sender?.send !== 'function' || typeof sender.close !== 'function') {
    throw new TypeError(`sender: expected a sender, got ${show(sender)}`)
  }
  return pass(source, sender, signal, close ? (error) => sender.close(error) : () => {})
}

async function pass<T extends Value>(
  source: Iterable<T> | AsyncIterable<T>,
  sender: Sender<T>,
  signal: AbortSignal | undefined,
  close: (error?: unknown) => void,
): Promise<number> {
  let sent = 0
  let cut: CutShortError<T> | undefined
  const cutShort = (rest: T[], cause: unknown): CutShortError<T> => {
    cut = new CutShortError(sent, rest, cause)
    return cut
  }
  const send = async (item: T): Promise<void> => {
    try {
      signal?.throwIfAborted()
      await sender.send(item, { signal })
    } catch (cause) {
      throw cutShort([item], cause)
    }
    sent++
  }
  try {
    if (signal?.aborted) {
      await closeSource(source)
      throw cutShort([], signal.reason)
    }
    if (isAsync(source)) for await (const item of source) await send(item)
    else for (const item of source) await send(item)
  } catch (error) {
    close(failureOf(error === cut ? cut?.cause : error, 'the source failed'))
    throw error
  }
  close()
  return sent
}

/** Closes a source of which nothing was taken. As at any other end that is not its own, it has no say in how this ends. */
async function closeSource(source: Iterable<unknown> | AsyncIterable<unknown>): Promise<void> {
  try {
    await (isAsync(source) ? source[Symbol.asyncIterator]() : source[Symbol.iterator]()).return?.()
    // The iterator of a Node stream closes nothing before it has begun.
    if (isNodeStream(source)) source.destroy()
  } catch {}
}

function isAsync<T>(source: Iterable<T> | AsyncIterable<T>): source is AsyncIterable<T> {
  return typeof (source as AsyncIterable<T> | undefined)?.[Symbol.asyncIterator] === 'function'
}

function isNodeStream(source: object): source is { destroy(): unknown } {
  const { pipe, destroy } = source as Record<string, unknown>
  return typeof pipe === 'function' && typeof destroy === 'function'
}
