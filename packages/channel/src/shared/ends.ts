import type { Value } from '@millrace/ring'
import type { SharedHandle, SharedReceiver, SharedSender } from './api.ts'

/**
 * A new shared channel, as the thread sees it that made it. An endpoint counts until it is disposed or its thread ends: one that is
 * only forgotten keeps the channel and its memory: were it counted out when it is collected, a channel would close at a moment that
 * depends on how much else the thread allocates, and who waits would wait as long. Once all that any thread had are disposed the channel is gone, and an end that is read
 * then throws `TypeError`.
 */
export interface SharedEnds<T extends Value, R extends SharedReceiver<T> = SharedReceiver<T>> {
  /** Made and counted when it is first read: a thread that never reads it has no sender, and keeps nothing open. */
  readonly sender: SharedSender<T>
  /** Made and counted when it is first read. */
  readonly receiver: R
  /** For other threads to attach by. It can travel any number of times, and counts nothing by itself. */
  readonly handle: SharedHandle<T>
}

/** Ends that begin to exist when they are read. */
export function sharedEnds<T extends Value, R extends SharedReceiver<T>>(
  handle: SharedHandle<T>,
  openSender: () => SharedSender<T>,
  openReceiver: () => R,
): SharedEnds<T, R> {
  let sender: SharedSender<T> | undefined
  let receiver: R | undefined
  return {
    handle,
    get sender() {
      sender ??= openSender()
      return sender
    },
    get receiver() {
      receiver ??= openReceiver()
      return receiver
    },
  }
}
