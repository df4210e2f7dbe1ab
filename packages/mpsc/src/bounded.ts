import { LocalChannel, LocalReceiver, LocalSender, type Value } from '@millrace/channel'
import { arrayRing } from '@millrace/ring'
import type { Channel, ChannelOptions } from './api.ts'

/**
 * Makes a bounded channel from many senders to one receiver, in one event loop.
 *
 * At most `capacity` values wait in it; a sender that finds it full waits. Throws `TypeError` if the options are not
 * an object and `RangeError` if `capacity` is not an integer from 1 to 2 ** 30.
 *
 * @example
 * const { sender, receiver } = channel<string>({ capacity: 1 })
 * await sender.send('tea')
 * sender.close()
 * await receiver.receive() // => 'tea'
 * await receiver.receive() // => undefined
 */
export function channel<T extends Value>(options: ChannelOptions): Channel<T> {
  if (typeof options !== 'object' || options === null) {
    throw new TypeError(`options: expected { capacity }, got ${String(options)}`)
  }
  const local = new LocalChannel<T>(arrayRing<T>(options.capacity))
  return { sender: new LocalSender(local), receiver: new LocalReceiver(local) }
}
