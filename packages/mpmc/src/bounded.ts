import { boundedChannel, type ChannelOptions, ChannelReceiver, ChannelSender, type Value } from '@millrace/channel'
import type { Channel, Receiver } from './api.ts'

class CloneableReceiver<T extends Value> extends ChannelReceiver<T> implements Receiver<T> {
  clone(): Receiver<T> {
    return new CloneableReceiver(this.use('clone'))
  }
}

/**
 * Makes a bounded channel between many senders and many receivers, in one event loop. Each value goes to one receiver.
 *
 * At most `capacity` values wait in it; what a send does when it is full is up to `overflow`: by default it waits. With capacity 0 a
 * send waits until its value is received. Throws `TypeError` or `RangeError` for options that make no channel.
 *
 * @example
 * const { sender, receiver } = channel<string>({ capacity: 2 })
 * const second = receiver.clone()
 * await sender.send('green')
 * await sender.send('black')
 * await receiver.receive() // => 'green'
 * await second.receive() // => 'black'
 */
export function channel<T extends Value>(options: ChannelOptions<T>): Channel<T> {
  const local = boundedChannel(options)
  return { sender: new ChannelSender(local), receiver: new CloneableReceiver(local) }
}
