import type { QueueEngine } from './api.ts'
import { LocalEngine } from './engine/local-engine.ts'
import { type Clock, freshBeginning, LocalQueues } from './engine/local-queues.ts'
import { checkOptions, show } from './options.ts'

/** Where queues are, and what they go by. */
export interface OpenOptions {
  /** In memory: nothing outlives the process. */
  readonly path: ':memory:'
  /** The clock of leases, delays and times to live; a monotonic one if not given. Timers go by real time all the same. */
  readonly clock?: Clock | undefined
}

/**
 * Opens queues in this process.
 *
 * Throws `TypeError` for wrong options.
 *
 * @example
 * import { openQueues } from '@millrace/queue'
 *
 * const queues = await openQueues({ path: ':memory:' })
 * await queues.create('images', { leaseMs: 60_000 })
 * await queues.send('images', 'cat.png')
 * const [message] = await queues.receive('images')
 * message?.text() // => 'cat.png'
 * await queues.ack(message?.lease ?? '') // => 'acked'
 * await queues.close()
 */
export async function openQueues(options: OpenOptions): Promise<QueueEngine> {
  if (options === undefined) throw new TypeError('openQueues: expected an options object, got undefined')
  checkOptions('openQueues', options, ['path', 'clock'])
  const { path, clock = performance } = options
  if (path !== ':memory:') throw new TypeError(`openQueues: path: expected ":memory:", got ${show(path)}`)
  if (typeof clock?.now !== 'function')
    throw new TypeError(`openQueues: clock: expected an object with now(), got ${show(clock)}`)
  const beginning = freshBeginning()
  return new LocalEngine(clock, new LocalQueues(clock, beginning), beginning.journal)
}
