import type { Kind } from '../src/conformance.ts'
import type { AckOutcome, Message, QueueEngine, SendOptions } from '../src/index.ts'
import { shared } from './conformance-shared.ts'
import { now } from './support.ts'

/** What a faulty engine does otherwise than the engine it is made of. */
export type Fault = (queues: QueueEngine) => Partial<QueueEngine>

/** What is done to the queues of a faulty engine before they are found again. */
export type Found = (queues: QueueEngine) => Promise<unknown>

/** A kind of engine with one thing wrong. */
export function broken(fault: Fault, found: Found = async () => {}): Kind {
  const make = async () => {
    const made = await shared()
    const faulty = (engine: QueueEngine) => over(engine, fault(engine))
    const connect = async () => faulty((await made.connect?.()) as QueueEngine)
    const reopen = async () => {
      const engine = (await made.reopen?.()) as QueueEngine
      await found(engine)
      return faulty(engine)
    }
    return { ...made, engine: faulty(made.engine), connect, reopen }
  }
  return { make, windsClock: true, connects: true, reopens: true, deadlineMs: 500 }
}

function over(queues: QueueEngine, changes: Partial<QueueEngine>): QueueEngine {
  return new Proxy(queues, {
    get(_, name: keyof QueueEngine) {
      const member: unknown = changes[name] ?? queues[name]
      return typeof member === 'function' ? member.bind(queues) : member
    },
  })
}

/** An engine that knows which messages it gave out. */
function remembering(queues: QueueEngine): {
  receive: QueueEngine['receive']
  given: Map<string, Message & { queue: string }>
} {
  const given = new Map<string, Message & { queue: string }>()
  return {
    given,
    async receive(name, options) {
      const messages = await queues.receive(name, options)
      for (const message of messages) given.set(message.lease, { ...message, queue: name })
      return messages
    },
  }
}

const without = <K extends keyof SendOptions>(options: object | undefined, name: K): object => ({
  ...options,
  [name]: undefined,
})

/** The faults, and the claims that they break. */
export const faults: Record<string, readonly [fails: string, fault: Fault, found?: Found]> = {
  'loses a message when a receive is aborted': [
    'takes nothing when it is aborted, frees its place, and leaves no listener',
    (queues) => ({
      receive(name, { signal, ...options } = {}) {
        return new Promise((resolve, reject) => {
          const onAbort = () => reject(signal?.reason)
          signal?.addEventListener('abort', onAbort, { once: true })
          queues.receive(name, options).then(resolve, reject)
        })
      },
    }),
  ],
  'takes late acknowledgements': [
    'that is over is told to its holder, and changes nothing',
    (queues) => ({
      async ack(lease) {
        const outcome = await queues.ack(lease)
        return outcome === 'requeued' ? 'acked' : outcome
      },
    }),
  ],
  'acknowledges many until one is late': [
    'ends each message for good, and tells what became of each, in their order',
    (queues) => ({
      async ackMany(leases) {
        const outcomes: AckOutcome[] = []
        for (const lease of leases) outcomes.push(outcomes.includes('requeued') ? 'missing' : await queues.ack(lease))
        return outcomes
      },
    }),
  ],
  'forgets the priority of many': [
    'gives the highest priority first, and within one as they were sent, if the queue is for that',
    (queues) => ({
      sendMany: (name, messages) =>
        queues.sendMany(
          name,
          messages.map(({ priority: _, ...message }) => message),
        ),
    }),
  ],
  'delivers a message twice now and then': [
    'are received once each by many at a time',
    (queues) => ({
      async receive(name, options) {
        const messages = await queues.receive(name, options)
        for (const message of messages) if (message.text() === '77') await queues.send(name, '78')
        return messages
      },
    }),
  ],
  'buries a message twice': [
    'is in the dead-letter queue, with all it carries, and no longer in its own',
    (queues) => ({
      async nack(lease, options) {
        const before = await queues.peek('dead', { max: 99 })
        const outcome = await queues.nack(lease, options)
        const after = await queues.peek('dead', { max: 99 })
        for (const { body } of after.slice(before.length)) await queues.send('dead', body)
        return outcome
      },
    }),
  ],
  'ignores delays': [
    'keeps a message until it is ready, and then puts it behind those that were',
    (queues) => ({ send: (name, body, options) => queues.send(name, body, without(options, 'delayMs')) }),
  ],
  'puts what comes back at the end': [
    'puts the message in front again at once, and ends the lease',
    (queues) => {
      const { receive, given } = remembering(queues)
      return {
        receive,
        async nack(lease) {
          const message = given.get(lease)
          if (message === undefined || (await queues.ack(lease)) !== 'acked') return 'missing'
          await queues.send(message.queue, message.body)
          return 'held'
        },
      }
    },
  ],
  'forgets dedup keys with their messages': [
    'is remembered when its message is in flight, acknowledged, taken for good or purged',
    (queues) => ({
      async send(name, body, options) {
        const isEmpty = (await queues.peek(name)).length === 0
        return queues.send(name, body, isEmpty ? without(options, 'dedupKey') : options)
      },
    }),
  ],
  'purges what is in flight': [
    'leaves what is in flight, which is acknowledged or comes back',
    (queues) => {
      const { receive, given } = remembering(queues)
      return {
        receive,
        async purge(name) {
          for (const lease of given.keys()) await queues.ack(lease)
          return queues.purge(name)
        },
      }
    },
  ],
  'sends half of what has no room': [
    'takes all of many messages, or none',
    (queues) => ({
      async sendMany(name, messages) {
        const ids: string[] = []
        for (const { body, ...options } of messages) ids.push(await queues.send(name, body, options))
        return ids
      },
    }),
  ],
  'reads the body too late': [
    'a body that is its own, whatever becomes of buffers',
    (queues) => ({
      async send(name, body, options) {
        await Promise.resolve()
        return queues.send(name, body, options)
      },
    }),
  ],
  'leaves a listener on the signal': [
    'takes nothing if its signal has aborted, and leaves no listener on one that has not',
    (queues) => ({
      receive(name, options) {
        options?.signal?.addEventListener('abort', () => {})
        return queues.receive(name, options)
      },
    }),
  ],
  'gives back what was received without a lease': [
    'without a lease takes messages for good: at most once, and not at once again',
    (queues) => ({
      async receive(name, options) {
        if (options?.leaseMs !== 0) return queues.receive(name, options)
        const messages = await queues.receive(name, { ...options, leaseMs: 1 })
        return messages.map((message) => ({ ...message, lease: '' }))
      },
    }),
  ],
  'redrives copies': [
    'sends dead letters back to where they come from, as new ones, once',
    (queues) => ({
      async redrive(name) {
        const dead = await queues.peek(name, { max: 99 })
        for (const { body, headers } of dead) await queues.send('a', body, { headers })
        return dead.length
      },
    }),
  ],
  'delivers once more than it may': [
    'is in the dead-letter queue, with all it carries, and no longer in its own',
    (queues) => ({
      create: (name, options) =>
        queues.create(
          name,
          options?.maxDeliveries ? { ...options, maxDeliveries: options.maxDeliveries + 1 } : options,
        ),
    }),
  ],
  'holds one message too many': [
    'refuses exactly from its capacity on, and gives the body back',
    (queues) => ({
      create: (name, options) => queues.create(name, { ...options, capacity: (options?.capacity ?? 1) + 1 }),
    }),
  ],
  'assigns headers to an object': [
    'headers of any names and values',
    (queues) => ({
      send: (name, body, options) =>
        queues.send(name, body, { ...options, headers: Object.assign({}, options?.headers) }),
    }),
  ],
  'takes Infinity for nothing, as JSON does': [
    'of Infinity is never over by itself, and one of a hundred days not before',
    (queues) => ({
      receive: (name, options) => {
        const { leaseMs = null, ...rest } = JSON.parse(JSON.stringify(options ?? {}))
        return queues.receive(name, { ...rest, leaseMs: leaseMs ?? undefined })
      },
    }),
  ],
  'deletes what is in flight unasked': [
    'refuses while messages are in flight, and changes nothing',
    (queues) => ({ delete: (name) => queues.delete(name, { force: true }) }),
  ],
  'sends whatever it is given': [
    'in what send and trySend are given',
    (queues) => ({ send: (name, body, options) => queues.send(name, String(body), options) }),
  ],
  'acknowledges what failed': [
    'waits no longer to try again than it is told',
    (queues) => ({
      consume: (name, handler, options) =>
        queues.consume(
          name,
          async (message, context) => {
            try {
              await handler(message, context)
            } catch (error) {
              options?.onError?.(error, message)
            }
          },
          options,
        ),
    }),
  ],
  'runs one handler more than it may': [
    'runs as many handlers at a time as it may, never more',
    (queues) => ({
      consume: (name, handler, options) =>
        queues.consume(name, handler, { ...options, concurrency: (options?.concurrency ?? 1) + 1 }),
    }),
  ],
  'loses one of many acknowledgements': [
    'in order: each message is where a plain list would have it',
    (queues) => {
      let calls = 0
      return { ack: async (lease) => (++calls % 9 === 0 ? 'acked' : queues.ack(lease)) }
    },
  ],
  'loses a dead letter that is given back with a delay': [
    'by priority: each message is where a plain list would have it',
    (queues) => ({
      async nack(lease, options) {
        const outcome = await queues.nack(lease, options)
        if (outcome === 'held' && (options?.delayMs ?? 0) > 0) await queues.receive('dead', { ...now, leaseMs: 0 })
        return outcome
      },
    }),
  ],
  'knows leases only where it gave them out': [
    'takes the leases of this one',
    (queues) => {
      const { receive, given } = remembering(queues)
      return { receive, ack: async (lease) => (given.has(lease) ? queues.ack(lease) : 'missing') }
    },
  ],
  'forgets a pause when it is closed': ['finds a pause', () => ({}), (queues) => queues.resume('a')],
  'loses a message when it is closed': [
    'finds messages in order, with all they carry',
    () => ({}),
    (queues) => queues.receive('a', { leaseMs: 0, ...now }),
  ],
}
