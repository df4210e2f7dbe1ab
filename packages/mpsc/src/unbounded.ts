import {
  ChannelReceiver,
  ChannelSender,
  type OverflowOptions,
  unboundedChannel as unbounded,
  type Value,
} from '@millrace/channel'
import type { Channel } from './api.ts'

/**
 * Makes a channel without a limit from many senders to one receiver, in one event loop: a send never waits.
 *
 * Nothing keeps a fast producer from filling the memory: choose `channel` unless the number of values has a limit of its own. Memory
 * follows the length, and is given back as values are received.
 *
 * @example
 * const { sender, receiver } = unboundedChannel<string>()
 * sender.trySend('tea') // => 'sent'
 * sender.capacity // => Infinity
 * await receiver.receive() // => 'tea'
 */
export function unboundedChannel<T extends Value>(options?: Pick<OverflowOptions<T>, 'onDrop'>): Channel<T> {
  const local = unbounded(options)
  return { sender: new ChannelSender(local), receiver: new ChannelReceiver(local) }
}
