import { boundedChannel, type ChannelOptions, ChannelReceiver, ChannelSender, type Value } from '@millrace/channel'
import type { Channel } from './api.ts'

/**
 * Makes a bounded channel from many senders to one receiver, in one event loop.
 *
 * At most `capacity` values wait in it; what a send does when it is full is up to `overflow`: by default it waits. With capacity 0 a
 * send waits until its value is received. Throws `TypeError` or `RangeError` for options that make no channel.
 *
 * @example
 * const { sender, receiver } = channel<string>({ capacity: 1 })
 * await sender.send('tea')
 * sender.close()
 * await receiver.receive() // => 'tea'
 * await receiver.receive() // => undefined
 */
export function channel<T extends Value>(options: ChannelOptions<T>): Channel<T> {
  const local = boundedChannel(options)
  return { sender: new ChannelSender(local), receiver: new ChannelReceiver(local) }
}
