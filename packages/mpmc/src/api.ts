import type { Receiver as OneReceiver, Sender, Value } from '@millrace/channel'

/** What a channel is made with. */
export interface ChannelOptions {
  /** The most values that wait in the channel: an integer from 1 to 2 ** 30. */
  readonly capacity: number
}

/** A receiver that may have peers: each value goes to one of them. The last one disposed closes the channel. */
export interface Receiver<T extends Value> extends OneReceiver<T> {
  /** Another receiver of this channel, counted by itself. Throws `TypeError` if this one was disposed. */
  clone(): Receiver<T>
}

/** The two ends of a new channel. */
export interface Channel<T extends Value> {
  /** Clone it for each producer; the last one disposed closes the channel. */
  readonly sender: Sender<T>
  /** Clone it for each consumer; the last one disposed closes the channel. */
  readonly receiver: Receiver<T>
}
