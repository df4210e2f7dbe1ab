import type { OverflowOptions, Value } from '@millrace/channel'
import {
  attachShared,
  declaredProducer,
  openShared,
  type SharedChannelOptions,
  SharedChannelReceiver,
  SharedChannelSender,
  type SharedEnds,
  type SharedHandle,
  type SharedReceiver,
  type SharedSender,
  sharedEnds,
} from '@millrace/channel/shared'
import type { Codec } from '@millrace/ring/codec'

export { watchWorker } from '@millrace/atomics'
export type {
  BlockOptions,
  SharedChannelOptions,
  SharedHandle,
  SharedReceiver,
  SharedSender,
  WordArray,
} from '@millrace/channel/shared'

/**
 * Makes a bounded channel between senders in any threads and one receiver, in any of them.
 *
 * Values lie in shared memory as `codec` encodes them, `capacity` slots of the largest, taken at once. A thread that ends, crashes
 * or is terminated in the middle of any call is uncounted and wedges nobody: what it had sent is delivered. Memory is given back
 * when the last endpoint of the last thread is disposed; one that is only forgotten keeps it. Throws `TypeError` or `RangeError` for options that make no channel.
 *
 * Keep your own `sender` until the other threads have attached theirs: the last sender that is disposed closes the channel.
 *
 * The queue of slots is after D. Vyukov's bounded MPMC queue. A send costs one call into WebAssembly, and a promise where it waits.
 *
 * @example
 * import { u32 } from '@millrace/ring/codec'
 * import { attachSender, sharedChannel } from '@millrace/mpsc/shared'
 *
 * const { receiver, handle } = sharedChannel({ capacity: 1024, codec: u32 })
 * const sender = attachSender(handle) // mostly in another thread, which got the handle by postMessage or workerData
 * await sender.send(42)
 * await receiver.receive() // => 42
 */
export function sharedChannel<T extends Value>(options: SharedChannelOptions<T>): SharedEnds<T> {
  const { channel, handle } = openShared(options, {
    overflows: ['wait', 'drop-newest', 'reject'],
    receivers: 1,
    declared: declaredProducer,
  })
  return sharedEnds(
    handle,
    () => new SharedChannelSender(channel),
    () => new SharedChannelReceiver(channel),
  )
}

/**
 * A sender in this thread of the channel that a handle leads to, counted by itself.
 *
 * A codec of your own is given again; the built-in ones are known by name. `onDrop` is told what this thread's sends drop. Throws
 * `TypeError` if the codec is another one, or if no thread has an endpoint of that channel any more.
 */
export function attachSender<T extends Value>(
  handle: SharedHandle<T>,
  codec?: Codec<T>,
  options?: Pick<OverflowOptions<T>, 'onDrop'>,
): SharedSender<T> {
  return new SharedChannelSender(attachShared(handle, codec, options, declaredProducer))
}

/** The receiver of the channel that a handle leads to, in this thread. Throws `TypeError` while there is another one. Otherwise as `attachSender`. */
export function attachReceiver<T extends Value>(
  handle: SharedHandle<T>,
  codec?: Codec<T>,
  options?: Pick<OverflowOptions<T>, 'onDrop'>,
): SharedReceiver<T> {
  return new SharedChannelReceiver(attachShared(handle, codec, options, declaredProducer))
}
