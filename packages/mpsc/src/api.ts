import type { Receiver, Sender, Value } from '@millrace/channel'

/** The two ends of a new channel. */
export interface Channel<T extends Value> {
  /** Clone it for each producer; the last one disposed closes the channel. */
  readonly sender: Sender<T>
  /** The one receiver; disposing it closes the channel. */
  readonly receiver: Receiver<T>
}
