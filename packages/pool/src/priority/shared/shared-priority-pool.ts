import { sharedChannel } from '@millrace/mpsc/shared'
import { checkCount, show } from '@millrace/notify'
import { sharedLatch } from '@millrace/notify/shared'
import type { Value } from '@millrace/ring'
import { type Codec, checkCodec, codecOf } from '@millrace/ring/codec'
import { checkObject } from '../../options.ts'
import { checkPool } from '../options.ts'
import { LocalPriorityPool } from '../priority-pool.ts'
import type {
  AttachedPriorityPool,
  SharedPriorityPool,
  SharedPriorityPoolHandle,
  SharedPriorityPoolOptions,
} from './api.ts'
import { AttachedPool } from './attached.ts'
import { Desk } from './desk.ts'
import { encodable } from './encodable.ts'
import { requestCodec } from './request.ts'

const MOST_REQUESTS = 65_536

/**
 * Makes a priority pool that any thread submits to and drains. Its items are kept by this thread, which serves the others in its
 * event loop and stays alive for them, as a server does, until the pool is closed and either empty or left by all of them.
 *
 * Throws `TypeError` or `RangeError` for a wrong option. Costs a request and an answer through shared memory for each call of
 * another thread, and for many items one of each for every item.
 *
 * @example
 * import { attachPriorityPool, sharedPriorityPool } from '@millrace/pool/shared'
 * import { string } from '@millrace/ring/codec'
 *
 * const { pool, handle } = sharedPriorityPool({ capacity: 100, codec: string(40) })
 * const there = attachPriorityPool(handle) // mostly in another thread, which got the handle by postMessage or workerData
 * await there.submit('later')
 * await there.submit('sooner', { priority: 5 })
 * await there.drain(2) // => ['sooner', 'later']
 * pool.close()
 */
export function sharedPriorityPool<T extends Value>(options: SharedPriorityPoolOptions<T>): SharedPriorityPool<T> {
  checkObject('sharedPriorityPool', options)
  const { codec, requests = 256, ...own } = options
  checkPool(own)
  checkCodec('codec', codec)
  checkCount('requests', requests, MOST_REQUESTS)
  const channel = sharedChannel({ capacity: requests, codec: requestCodec(codec) })
  const { sender, receiver } = channel
  const ended = sharedLatch()
  const handle: SharedPriorityPoolHandle<T> = {
    kind: 'millrace.priority-pool',
    capacity: own.capacity,
    codec: codec.name,
    requests: channel.handle,
    ended: ended.handle,
  }
  const pool = new LocalPriorityPool<T>(own, { check: encodable(codec), closed: () => sender[Symbol.dispose]() })
  let isServing = true
  void pool.whenClosed().then(() => {
    if (!isServing) return
    // Before anybody sees the channel closed, so that nobody takes the end for the owner's death.
    ended.open()
    receiver.close()
  })
  void new Desk(pool, receiver, channel.handle, codec).serve().then(() => {
    isServing = false
    ended.open()
    receiver[Symbol.dispose]()
    ended[Symbol.dispose]()
  })
  return { pool, handle }
}

/**
 * The shared priority pool of a handle in this thread. A codec of your own is given again; the built-in ones are known by name.
 * Throws `TypeError` if the codec is another one, or if the pool has ended.
 */
export function attachPriorityPool<T extends Value>(
  handle: SharedPriorityPoolHandle<T>,
  codec?: Codec<T>,
): AttachedPriorityPool<T> {
  if (handle?.kind !== 'millrace.priority-pool') {
    throw new TypeError(`handle: expected that of a shared priority pool, got ${show(handle)}`)
  }
  const found = codec ?? (codecOf(handle.codec) as Codec<T> | undefined)
  if (found === undefined) throw new TypeError(`codec: ${handle.codec} is not built in; give it again to attach`)
  checkCodec('codec', found)
  if (found.name !== handle.codec) {
    throw new TypeError(`codec: the pool carries ${handle.codec}, this codec is ${found.name}`)
  }
  return new AttachedPool(handle, found)
}
