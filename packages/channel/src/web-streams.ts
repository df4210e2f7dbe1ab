import type { Value } from '@millrace/ring'
import type { Receiver, Sender } from './api.ts'
import { failureOf } from './failure.ts'
import { handOver } from './hand-over.ts'
import type { Withdraw } from './select/api.ts'

/**
 * The values of a receiver as a web stream without a buffer of its own: each is received when it is asked for. The close ends it,
 * the error of a close errors it. Cancelling it leaves the receiver open, and in the channel what no read was given. Throws
 * `TypeError` for a receiver that was disposed.
 *
 * @example
 * import { boundedChannel, ChannelReceiver, ChannelSender } from '@millrace/channel'
 * import { toReadableStream } from '@millrace/channel/web-streams'
 *
 * const local = boundedChannel<string>({ capacity: 8 })
 * await new ChannelSender(local).send('green')
 * const reader = toReadableStream(new ChannelReceiver(local)).getReader()
 * const { value } = await reader.read()
 * value // => 'green'
 */
export function toReadableStream<T extends Value>(receiver: Receiver<T>): ReadableStream<T> {
  const values = receiver.case()
  let giveUp: Withdraw | undefined
  return new ReadableStream<T>(
    {
      pull: (controller) =>
        new Promise((resolve, reject) => {
          const win = (value: T | undefined): void => {
            if (value === undefined) controller.close()
            else controller.enqueue(value)
            resolve()
          }
          giveUp = handOver(values, { win, lose: reject })
        }),
      cancel: () => giveUp?.(),
    },
    { highWaterMark: 0 },
  )
}

/**
 * A sender as a web stream: a write ends when its value is in the channel. Closing the stream closes the channel; aborting it,
 * or a write that fails, closes the channel with the reason, or with an error if there is none.
 */
export function toWritableStream<T extends Value>(sender: Sender<T>): WritableStream<T> {
  const fail = (reason: unknown): void => sender.close(failureOf(reason, 'the stream was aborted'))
  return new WritableStream<T>(
    {
      async write(value, { signal }) {
        try {
          await sender.send(value, { signal })
        } catch (error) {
          fail(error) // A stream that failed never tells of its end.
          throw error
        }
      },
      close: () => sender.close(),
      abort: fail,
    },
    { highWaterMark: 1 },
  )
}
