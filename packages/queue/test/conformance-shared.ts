import type { Made, Make } from '../src/conformance.ts'
import { checkConsume, checkName, consume } from '../src/engine.ts'
import { openQueues, type QueueEngine, QueueError, type ReceiveOptions } from '../src/index.ts'
import { HandClock } from './support.ts'

/** What goes to a server takes its time, and so does the answer. */
type Hop = () => Promise<void>

const atOnce: Hop = async () => {}
const afterTurns: Hop = async () => {
  for (let turns = 0; turns < 2; turns++) await new Promise((resolve) => setImmediate(resolve))
}

/**
 * Several engines on one: what a connection is to a server. Closed, it ends its own waits and leaves the queues as they are, so that the next
 * one finds them.
 */
function connection(shared: QueueEngine, hop: Hop): QueueEngine {
  const closing = new AbortController()
  const closed = () => new QueueError('closed', 'the engine has been closed')
  const cut = (signal: AbortSignal | undefined) => (signal ? AbortSignal.any([signal, closing.signal]) : closing.signal)
  const waiting = async <R>(options: object | undefined, call: (options: object | undefined) => Promise<R>) => {
    const { signal } = (options ?? {}) as { signal?: AbortSignal }
    // What is no signal is for the engine to refuse.
    if (signal !== undefined && !(signal instanceof AbortSignal)) return call(options)
    return call({ ...options, signal: cut(signal) }).catch((error: unknown) => {
      throw error === closing.signal.reason ? closed() : error
    })
  }
  const waits: Partial<QueueEngine> = {
    receive: (name, options) => waiting(options, (own) => shared.receive(name, own as ReceiveOptions)),
    send: (name, body, options) => waiting(options, (own) => shared.send(name, body, own)),
    sendMany: (name, messages, options) => waiting(options, (own) => shared.sendMany(name, messages, own)),
  }
  const consumeHere: QueueEngine['consume'] = (name, handler, options) => {
    checkName('consume', name)
    checkConsume(handler, options)
    return consume(engine, name, handler, options)
  }
  const engine: QueueEngine = new Proxy(shared, {
    get(_, name: keyof QueueEngine) {
      if (name === 'close' || name === Symbol.asyncDispose)
        return async () => closing.abort(closing.signal.reason ?? closed())
      if (name === 'consume') return consumeHere
      const own: unknown = waits[name] ?? shared[name]
      if (typeof own !== 'function') return own
      const call = own.bind(shared) as (...args: unknown[]) => Promise<unknown>
      return async (...args: unknown[]) => {
        if (closing.signal.aborted) throw closed()
        const sent = args.map(copied)
        await hop()
        try {
          return await call(...sent)
        } finally {
          await hop()
        }
      }
    },
  })
  return engine
}

/** As it is at the call: what is sent is the sender's. */
function copied(value: unknown): unknown {
  if (value instanceof Uint8Array) return value.length === 0 ? value : new Uint8Array(value)
  if (Array.isArray(value)) return value.map(copied)
  if (typeof value !== 'object' || value === null || !('headers' in value || 'body' in value)) return value
  const body = 'body' in value ? { body: copied(value.body) } : undefined
  const isGiven = 'headers' in value && typeof value.headers === 'object' && value.headers !== null
  return { ...value, ...body, ...(isGiven ? { headers: { ...(value.headers as object) } } : undefined) }
}

/** Connections to an engine in memory whose clock is wound by hand. */
export const shared: Make = () => connected(atOnce)

/** The same, over some way. */
export const remote: Make = () => connected(afterTurns)

async function connected(hop: Hop): Promise<Made> {
  const clock = new HandClock()
  const server = await openQueues({ path: ':memory:', clock })
  const engine = connection(server, hop)
  let last = engine
  return {
    engine,
    async advance(ms) {
      clock.nowMs += ms
      for (const name of (await server.list()).slice(0, 1)) await server.stats(name)
    },
    connect: async () => connection(server, hop),
    async reopen() {
      await last.close()
      last = connection(server, hop)
      return last
    },
    release: () => server.close(),
  }
}
