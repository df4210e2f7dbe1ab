import { Readable, Writable } from 'node:stream'
import type { Value } from '@millrace/ring'
import type { Receiver, Sender } from './api.ts'
import { failureOf } from './failure.ts'
import { handOver } from './hand-over.ts'
import type { Withdraw } from './select/api.ts'

export { toReadableStream, toWritableStream } from './web-streams.ts'

/**
 * The values of a receiver as a Node stream in object mode, each received when it is asked for. Destroying it leaves the
 * receiver open, and in the channel what was not asked for: only a value that a paused stream has asked for and not read goes
 * with it. The close ends it, the error of a close destroys it. `null`, which ends a Node stream, is not for this. Throws
 * `TypeError` for a receiver that was disposed.
 *
 * @example
 * import { forward, boundedChannel, ChannelReceiver, ChannelSender } from '@millrace/channel'
 * import { toReadable } from '@millrace/channel/streams'
 *
 * const local = boundedChannel<string>({ capacity: 8 })
 * void forward(['green', 'black'], new ChannelSender(local))
 * await toReadable(new ChannelReceiver(local)).toArray() // => ['green', 'black']
 */
export function toReadable<T extends NonNullable<unknown>>(receiver: Receiver<T>): Readable {
  const values = receiver.case()
  let giveUp: Withdraw | undefined
  return new Readable({
    objectMode: true,
    // Nothing is read before it is asked for, so what is left unread is still in the channel.
    highWaterMark: 0,
    read() {
      giveUp = handOver(values, {
        win: (value) => void this.push(value ?? null),
        lose: (reason) => void this.destroy(toError(reason)),
      })
    },
    destroy(error, callback) {
      giveUp?.()
      callback(error)
    },
  })
}

/**
 * A sender as a Node stream in object mode: a write ends when its value is in the channel. Ending the stream closes the
 * channel, destroying it before its end closes the channel with an error.
 */
export function toWritable<T extends Value>(sender: Sender<T>): Writable {
  const giveUp = new AbortController()
  return new Writable({
    objectMode: true,
    highWaterMark: 1,
    write(value: T, _encoding, callback) {
      try {
        sender.send(value, { signal: giveUp.signal }).then(() => callback(), callback)
      } catch (error) {
        callback(error as Error) // undefined, which is never a value
      }
    },
    final(callback) {
      sender.close()
      callback()
    },
    destroy(error, callback) {
      giveUp.abort(error ?? undefined)
      // After the end this changes nothing: the channel is closed. Before it, receivers must not take the part for the whole.
      sender.close(failureOf(error ?? undefined, 'the stream was destroyed before its end'))
      callback(error)
    },
  })
}

function toError(error: unknown): Error {
  return error instanceof Error ? error : new Error('the channel was closed with an error', { cause: error })
}
