import type { Message, QueueEngine, ReceiveOptions } from '../api.ts'
import { LocalEngine } from './local-engine.ts'

/**
 * As `engine.receive`, for one who copies the bodies anyway, as a server does: those that an engine of `openQueues` has in memory are its own, and
 * nobody may change them. Any other engine, also one that wraps such an engine, just receives.
 *
 * @example
 * import { openQueues, receiveLent } from '@millrace/queue'
 *
 * const queues = await openQueues({ path: ':memory:' })
 * await queues.create('images')
 * await queues.send('images', 'cat.png')
 * const [message] = await receiveLent(queues, 'images')
 * Buffer.from(message?.body ?? '').toString() // => 'cat.png'
 * await queues.close()
 */
export function receiveLent(engine: QueueEngine, name: string, options?: ReceiveOptions): Promise<Message[]> {
  return LocalEngine.isOne(engine) ? engine.receiveLent(name, options) : engine.receive(name, options)
}
