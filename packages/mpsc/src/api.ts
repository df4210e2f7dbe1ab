import type { Receiver, Sender, Value } from '@millrace/channel'

/** What a channel is made with. */
export interface ChannelOptions {
  /** The most values that wait in the channel: an integer from 1 to 2 ** 30. */
  readonly capacity: number
}

/** The two ends of a new channel. */
export interface Channel<T extends Value> {
  /** Clone it for each producer; the last one disposed closes the channel. */
  readonly sender: Sender<T>
  /** The one receiver; disposing it closes the channel. */
  readonly receiver: Receiver<T>
}
