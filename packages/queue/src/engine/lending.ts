import type { Body, Message, OutgoingMessage, QueueEngine, ReceiveOptions, SendOptions, WaitOptions } from '../api.ts'
import { takenBefore } from '../errors.ts'
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
  return LocalEngine.isOne(engine, 'receive')
    ? engine.receiveLent(name, options, onWait)
    : receiveCopied(engine, name, options, onWait)
}

/**
 * As `receiveLent`, of what was asked before on a connection that was lost. Where the queue gives no lease it rejects with code `unknown`: what
 * was taken the first time is gone, and whoever asked would never know.
 *
 * @example
 * import { openQueues } from '@millrace/queue'
 * import { receiveAgain } from '@millrace/queue/engine'
 *
 * const queues = await openQueues({ path: ':memory:' })
 * await queues.create('ticks', { leaseMs: 0 })
 * await receiveAgain(queues, 'ticks', {}, () => {}).catch((error) => error.code) // => 'unknown'
 * await queues.close()
 */
export async function receiveAgain(
  engine: QueueEngine,
  name: string,
  options: Omit<ReceiveOptions, 'signal'>,
  onWait: OnWait,
): Promise<Message[]> {
  if (LocalEngine.isOne(engine, 'receive')) return engine.receiveLent(name, options, onWait, true)
  const leaseMs = options.leaseMs ?? (await engine.stats(name)).leaseMs
  if (leaseMs === 0) throw takenBefore()
  return receiveCopied(engine, name, { ...options, leaseMs }, onWait)
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

/**
 * As `engine.send`, for one who serves others: once it waits for room, `onWait` is called with a function that ends the wait, as with `receiveLent`. Nobody
 * who comes later is in front of it. Any other engine than those of `openQueues` is given a signal.
 *
 * @example
 * import { openQueues } from '@millrace/queue'
 * import { sendServed } from '@millrace/queue/engine'
 *
 * const queues = await openQueues({ path: ':memory:' })
 * await queues.create('images', { capacity: 1, overflow: 'wait' })
 * await sendServed(queues, 'images', 'cat.png', {}, () => {}) // => '1'
 * await sendServed(queues, 'images', 'dog.png', {}, (cancel) => cancel('it is late')).catch(String) // => 'it is late'
 * await queues.close()
 */
export function sendServed(
  engine: QueueEngine,
  name: string,
  body: Body,
  options: SendOptions & Omit<WaitOptions, 'signal'>,
  onWait: OnWait,
): Promise<string> {
  return LocalEngine.isOne(engine, 'send')
    ? engine.send(name, body, options, onWait)
    : engine.send(name, body, withSignal(options, onWait))
}

/** As `sendServed`, of many messages. */
export function sendManyServed(
  engine: QueueEngine,
  name: string,
  messages: readonly OutgoingMessage[],
  options: Omit<WaitOptions, 'signal'>,
  onWait: OnWait,
): Promise<string[]> {
  return LocalEngine.isOne(engine, 'sendMany')
    ? engine.sendMany(name, messages, options, onWait)
    : engine.sendMany(name, messages, withSignal(options, onWait))
}

/** Those who do not wait need none. */
function withSignal<O extends Omit<WaitOptions, 'signal'>>(options: O, onWait: OnWait): O & WaitOptions {
  if (options.timeoutMs === 0) return options
  const controller = new AbortController()
  onWait((reason) => controller.abort(reason))
  return { ...options, signal: controller.signal }
}
