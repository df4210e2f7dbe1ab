import { checkCount, checkNames, checkWaitOptions, show } from '@millrace/notify'
import type { Value } from '@millrace/ring'
import type { Receiver } from './api.ts'

/** How a consumer works. */
export interface ConsumeOptions {
  /** How many values are in the handler at once: an integer from 1. Default: 1. */
  readonly concurrency?: number | undefined
  /** Stops the consumer as `stop` does; `done` then rejects with the reason. */
  readonly signal?: AbortSignal | undefined
}

/** A handler at work on the values of a receiver. */
export interface Consumer {
  /** How many values are in the handler now. */
  readonly running: number
  /** How many values the handler has finished, without an error. */
  readonly handled: number
  /**
   * Resolves when the channel is closed and drained, or after `stop`, and every value taken is handled. Rejects with the first error of the
   * handler, of the channel's close, or the reason of the signal, once what was in the handler has ended.
   */
  readonly done: Promise<void>
  /** Takes no more values and waits for those in the handler; the others stay in the channel. Same promise as `done`. */
  stop(): Promise<void>
}

/**
 * Hands every value of a receiver to a handler, up to `concurrency` at once.
 *
 * The first error of the handler stops it. `context.signal` is aborted when it stops for an error or its signal.
 * Throws `RangeError` unless `concurrency` is an integer from 1, and `TypeError` for other misuse, before it receives anything.
 *
 * @example
 * import { boundedChannel, consume, ChannelReceiver, ChannelSender } from '@millrace/channel'
 *
 * const local = boundedChannel<number>({ capacity: 8 })
 * const [sender, receiver] = [new ChannelSender(local), new ChannelReceiver(local)]
 * let sum = 0
 * const consumer = consume(receiver, async (value) => void (sum += value), { concurrency: 2 })
 * await sender.sendMany([1, 2, 3])
 * sender.close()
 * await consumer.done
 * sum // => 6
 */
export function consume<T extends Value>(
  receiver: Pick<Receiver<T>, 'receive'>,
  handler: (value: T, context: { readonly signal: AbortSignal }) => unknown,
  options: ConsumeOptions = {},
): Consumer {
  if (typeof receiver?.receive !== 'function') {
    throw new TypeError(`receiver: expected a receiver, got ${show(receiver)}`)
  }
  if (typeof handler !== 'function') throw new TypeError(`handler: expected a function, got ${show(handler)}`)
  checkNames(options, ['concurrency', 'signal'])
  const { concurrency = 1, signal } = options
  checkCount('concurrency', concurrency)
  checkWaitOptions({ signal })
  const intake = new AbortController()
  const failure = new AbortController()
  const counts = { running: 0, handled: 0 }
  let failed: { readonly reason: unknown } | undefined
  const fail = (reason: unknown): void => {
    failed ??= { reason }
    failure.abort(reason)
    intake.abort()
  }

  async function work(): Promise<void> {
    while (!intake.signal.aborted) {
      const value = await receiver.receive({ signal: intake.signal })
      if (value === undefined) return
      counts.running++
      try {
        await handler(value, { signal: failure.signal })
        counts.handled++
      } finally {
        counts.running--
      }
    }
  }

  const onAbort = (): void => fail(signal?.reason)
  if (signal?.aborted) onAbort()
  else signal?.addEventListener('abort', onAbort)
  const isStop = (error: unknown): boolean => intake.signal.aborted && error === intake.signal.reason
  const guarded = () => work().catch((error: unknown) => (isStop(error) ? undefined : fail(error)))
  const done = Promise.all(Array.from({ length: concurrency }, guarded)).then(() => {
    signal?.removeEventListener('abort', onAbort)
    if (failed !== undefined) throw failed.reason
  })
  return {
    get running() {
      return counts.running
    },
    get handled() {
      return counts.handled
    },
    done,
    stop() {
      intake.abort()
      return done
    },
  }
}
