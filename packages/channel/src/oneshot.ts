import type { Value } from '@millrace/ring'
import type { Receiver } from './api.ts'
import { ChannelReceiver } from './endpoint/receiver.ts'
import { ChannelSender } from './endpoint/sender.ts'
import { failureOf } from './failure.ts'
import { boundedChannel } from './local/make.ts'

/** The end that sends one value, once. */
export interface OneshotSender<T extends Value> extends Disposable {
  /** True once the value was sent, this end was disposed, or the receiver closed. */
  readonly closed: boolean
  /** Sends the value and closes; `"closed"` if that is no longer possible, and the value stays with the caller. */
  send(value: T): 'sent' | 'closed'
  /** Closes without a value. The receiver gets the error, or one that says so if this is `undefined`. */
  fail(error: unknown): void
  /** Resolves when the channel closes: the receiver may have lost interest. */
  whenClosed(): Promise<void>
}

/** The two ends of a new oneshot. */
export interface Oneshot<T extends Value> {
  /** Sends one value; disposed without, it ends the receiver. */
  readonly sender: OneshotSender<T>
  /** Receives the value, then `undefined`. */
  readonly receiver: Receiver<T>
}

/**
 * Makes a channel for one value: an answer that may come, or not, and that its receiver may stop waiting for.
 *
 * @example
 * import { oneshot } from '@millrace/channel/oneshot'
 *
 * const { sender, receiver } = oneshot<string>()
 * sender.send('tea') // => 'sent'
 * sender.send('coffee') // => 'closed'
 * await receiver.receive() // => 'tea'
 */
export function oneshot<T extends Value>(): Oneshot<T> {
  const local = boundedChannel<T>({ capacity: 1 })
  const sender = new ChannelSender(local)
  return {
    sender: {
      get closed() {
        return sender.closed
      },
      send(value) {
        const outcome = sender.trySend(value)
        sender.close()
        return outcome === 'sent' ? 'sent' : 'closed'
      },
      fail: (error) => sender.close(failureOf(error, 'the sender failed')),
      whenClosed: () => sender.whenClosed(),
      [Symbol.dispose]: () => sender[Symbol.dispose](),
    },
    receiver: new ChannelReceiver(local),
  }
}
