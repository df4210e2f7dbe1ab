import { LocalChannel, LocalReceiver, LocalSender, type Value } from '@millrace/channel'
import { arrayRing } from '@millrace/ring'
import type { Channel, ChannelOptions, Receiver } from './api.ts'

class CloneableReceiver<T extends Value> extends LocalReceiver<T> implements Receiver<T> {
  clone(): Receiver<T> {
    return new CloneableReceiver(this.share())
  }
}

/**
 * Makes a bounded channel between many senders and many receivers, in one event loop. Each value goes to one receiver.
 *
 * At most `capacity` values wait in it; a sender that finds it full waits. Throws `TypeError` if the options are not
 * an object and `RangeError` if `capacity` is not an integer from 1 to 2 ** 30.
 *
 * @example
 * const { sender, receiver } = channel<string>({ capacity: 2 })
 * const second = receiver.clone()
 * await sender.send('green')
 * await sender.send('black')
 * await receiver.receive() // => 'green'
 * await second.receive() // => 'black'
 */
export function channel<T extends Value>(options: ChannelOptions): Channel<T> {
  if (typeof options !== 'object' || options === null) {
    throw new TypeError(`options: expected { capacity }, got ${String(options)}`)
  }
  const local = new LocalChannel<T>(arrayRing<T>(options.capacity))
  return { sender: new LocalSender(local), receiver: new CloneableReceiver(local) }
}
