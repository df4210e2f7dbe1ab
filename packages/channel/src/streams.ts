import { Readable, Writable } from 'node:stream'
import type { Value } from '@millrace/ring'
import type { Receiver, Sender } from './api.ts'

/**
 * The values of a receiver as a Node stream in object mode, read one at a time as they are asked for. Destroying it leaves
 * the receiver open; the error of a close destroys it. `null`, which ends a Node stream, is not for this.
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
  const giveUp = new AbortController()
  return new Readable({
    objectMode: true,
    // Nothing is read before it is asked for, so what is left unread is still in the channel.
    highWaterMark: 0,
    read() {
      receiver.receive({ signal: giveUp.signal }).then(
        (value) => this.push(value ?? null),
        (error: unknown) => this.destroy(toError(error)),
      )
    },
    destroy(error, callback) {
      giveUp.abort()
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
      sender.close(error ?? new Error('the stream was destroyed before its end'))
      callback(error)
    },
  })
}

/** The values of a receiver as a web stream without a buffer of its own. Cancelling it leaves the receiver open. */
export function toReadableStream<T extends Value>(receiver: Receiver<T>): ReadableStream<T> {
  const giveUp = new AbortController()
  return new ReadableStream<T>(
    {
      async pull(controller) {
        const value = await receiver.receive({ signal: giveUp.signal })
        if (value === undefined) controller.close()
        else controller.enqueue(value)
      },
      cancel: () => giveUp.abort(),
    },
    { highWaterMark: 0 },
  )
}

/** A sender as a web stream: a write ends when its value is in the channel; close and abort close the channel. */
export function toWritableStream<T extends Value>(sender: Sender<T>): WritableStream<T> {
  const giveUp = new AbortController()
  return new WritableStream<T>(
    {
      start(controller) {
        controller.signal.addEventListener('abort', () => giveUp.abort(controller.signal.reason), { once: true })
      },
      write: (value) => sender.send(value, { signal: giveUp.signal }),
      close: () => sender.close(),
      abort: (reason) => sender.close(reason),
    },
    { highWaterMark: 1 },
  )
}

function toError(error: unknown): Error {
  return error instanceof Error ? error : new Error('the channel was closed with an error', { cause: error })
}
