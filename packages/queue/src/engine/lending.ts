import type { Message, QueueEngine, ReceiveOptions } from '../api.ts'
import { LocalEngine } from './local-engine.ts'
import type { OnWait } from './waits.ts'

/**
 * As `engine.receive`, for one who serves others. Bodies that an engine of `openQueues` has in memory are its own, and nobody may change them. Once it
 * waits, `onWait` is called with a function that ends the wait: it rejects with what that is given. Costs less than a signal and a copy; any other
 * engine, also one that wraps such an engine, is given a signal, and copies.
 *
 * @example
 * import { openQueues } from '@millrace/queue'
 * import { receiveLent } from '@millrace/queue/engine'
 *
 * const queues = await openQueues({ path: ':memory:' })
 * await queues.create('images')
 * await queues.send('images', 'cat.png')
 * const [message] = await receiveLent(queues, 'images', {}, () => {})
 * Buffer.from(message?.body ?? '').toString() // => 'cat.png'
 * await queues.close()
 */
export function receiveLent(
  engine: QueueEngine,
  name: string,
  options: Omit<ReceiveOptions, 'signal'>,
  onWait: OnWait,
): Promise<Message[]> {
  return LocalEngine.isOne(engine)
    ? engine.receiveLent(name, options, onWait)
    : receiveCopied(engine, name, options, onWait)
}

/** It asks without waiting first: a signal costs more than a message. */
async function receiveCopied(
  engine: QueueEngine,
  name: string,
  options: Omit<ReceiveOptions, 'signal'>,
  onWait: OnWait,
): Promise<Message[]> {
  const messages = await engine.receive(name, { ...options, timeoutMs: 0 })
  if (messages.length > 0 || options.timeoutMs === 0) return messages
  const controller = new AbortController()
  onWait((reason) => controller.abort(reason))
  return engine.receive(name, { ...options, signal: controller.signal })
}
