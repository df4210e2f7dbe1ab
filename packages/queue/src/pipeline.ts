/** A queue at either end of a pipeline of `@millrace/pipeline`, which this package does not import. */
import { show } from '@millrace/notify'
import type { Body, Message, QueueEngine, SendOptions } from './api.ts'
import { KeptLease, type RetryDelay, retryDelayMs } from './kept-lease.ts'
import { checkMs, checkName, checkOptions } from './options.ts'

/** How a pipeline receives. */
export interface QueueSourceOptions extends RetryDelay {
  /** How long each lease is, in milliseconds; that of the queue if not given. It is extended until the message is settled. */
  readonly leaseMs?: number | undefined
  /** Ends the items after so many milliseconds without any; they go on for ever if not given. */
  readonly idleMs?: number | undefined
}

/** The messages of a queue, and what is done with each when a pipeline has processed it. */
export interface QueueSource {
  readonly items: AsyncIterable<Message>
  /** Acknowledges the message or, with an error, gives it back: after a delay if its processing failed, at once if the run ended before. */
  settle(message: Message, ...errors: [error?: unknown]): Promise<void>
}

/**
 * A queue as the source of a pipeline: a message is acknowledged when everything made of it has left the last stage, and goes back when a call
 * failed or the run ended before.
 *
 * @example
 * import { from } from '@millrace/pipeline'
 * import { openQueues, queueSource } from '@millrace/queue'
 *
 * const queues = await openQueues({ path: ':memory:' })
 * await queues.create('words')
 * await queues.sendMany('words', [{ body: 'tea' }, { body: 'milk' }])
 * const source = queueSource(queues, 'words', { idleMs: 10 })
 * await from(source).map((message) => message.text().length).toArray() // => [3, 4]
 * const { acked } = await queues.stats('words')
 * acked // => 2
 */
export function queueSource(engine: QueueEngine, name: string, options: QueueSourceOptions = {}): QueueSource {
  checkEngine('queueSource', engine, name)
  checkOptions('queueSource', options, ['leaseMs', 'idleMs', 'retryDelayMs', 'maxRetryDelayMs'])
  checkMs('queueSource: leaseMs', options.leaseMs, false)
  checkMs('queueSource: idleMs', options.idleMs, false)
  checkMs('queueSource: retryDelayMs', options.retryDelayMs)
  checkMs('queueSource: maxRetryDelayMs', options.maxRetryDelayMs)
  // Of each message that is received and not settled: as many as the pipeline has taken in, which settles each once.
  const leases = new Map<Message, KeptLease>()
  return {
    items: { [Symbol.asyncIterator]: () => new Received(engine, name, options, leases) },
    async settle(message, ...errors) {
      const lease = leases.get(message)
      leases.delete(message)
      lease?.end()
      if (errors.length === 0) await lease?.acknowledge()
      else await lease?.giveBack(isUnprocessed(errors[0]) ? 0 : retryDelayMs(message, options))
    },
  }
}

class Received implements AsyncIterator<Message> {
  readonly #engine: QueueEngine
  readonly #name: string
  readonly #options: QueueSourceOptions
  readonly #leases: Map<Message, KeptLease>
  readonly #stopping = new AbortController()
  #leaseMs: number | undefined

  constructor(engine: QueueEngine, name: string, options: QueueSourceOptions, leases: Map<Message, KeptLease>) {
    this.#engine = engine
    this.#name = name
    this.#options = options
    this.#leases = leases
    this.#leaseMs = options.leaseMs
  }

  async next(): Promise<IteratorResult<Message>> {
    const { signal } = this.#stopping
    try {
      this.#leaseMs ??= (await this.#engine.stats(this.#name)).leaseMs
      const receiving = { leaseMs: this.#leaseMs, timeoutMs: this.#options.idleMs, signal }
      const [message] = await this.#engine.receive(this.#name, receiving)
      if (message === undefined) return { done: true, value: undefined }
      if (signal.aborted) {
        // Nobody waits for it any more.
        if (message.lease !== '') await this.#engine.nack(message.lease)
        return { done: true, value: undefined }
      }
      this.#leases.set(message, new KeptLease(this.#engine, message, this.#leaseMs))
      return { done: false, value: message }
    } catch (error) {
      if (signal.aborted && error === signal.reason) return { done: true, value: undefined }
      throw error
    }
  }

  async return(): Promise<IteratorResult<Message>> {
    this.#stopping.abort()
    return { done: true, value: undefined }
  }
}

/** Whether the run ended before the message was processed: what a pipeline then settles it with has this code. */
function isUnprocessed(error: unknown): boolean {
  return (error as { code?: unknown } | undefined)?.code === 'unprocessed'
}

/** How a pipeline sends. */
export interface QueueSinkOptions<T> {
  /** The body of an item; the item itself if not given. */
  readonly body?: ((item: T) => Body) | undefined
  /** What else is said of it. */
  readonly options?: ((item: T) => SendOptions) | undefined
}

/**
 * A queue as the end of a pipeline: a function for `forEach` that sends each item, and waits for room where the queue does.
 *
 * @example
 * import { from } from '@millrace/pipeline'
 * import { openQueues, queueSink } from '@millrace/queue'
 *
 * const queues = await openQueues({ path: ':memory:' })
 * await queues.create('lengths')
 * await from(['tea', 'milk']).map((word) => word.length).forEach(queueSink(queues, 'lengths', { body: String }))
 * const [message] = await queues.receive('lengths')
 * message?.text() // => '3'
 */
export function queueSink<T>(
  engine: QueueEngine,
  name: string,
  options: QueueSinkOptions<T> = {},
): (item: T, index?: number, stage?: { readonly signal: AbortSignal }) => Promise<string> {
  checkEngine('queueSink', engine, name)
  checkOptions('queueSink', options, ['body', 'options'])
  for (const [option, value] of Object.entries(options)) {
    if (value !== undefined && typeof value !== 'function') {
      throw new TypeError(`queueSink: ${option}: expected a function, got ${show(value)}`)
    }
  }
  const { body = asBody, options: more } = options
  return (item, _index, stage) => engine.send(name, body(item), { ...more?.(item), signal: stage?.signal })
}

function checkEngine(where: string, engine: QueueEngine, name: string): void {
  if (typeof engine?.receive !== 'function') {
    throw new TypeError(`${where}: engine: expected an engine of queues, got ${show(engine)}`)
  }
  checkName(where, name)
}

function asBody(item: unknown): Body {
  return item as Body
}
