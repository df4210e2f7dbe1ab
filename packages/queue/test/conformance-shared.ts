import type { Made, Make } from '../src/conformance.ts'
import { checkConsume, checkName, consume } from '../src/engine.ts'
import { openQueues, type QueueEngine, QueueError, type ReceiveOptions } from '../src/index.ts'
import { HandClock } from './support.ts'

/**
 * Several engines on one: what a connection is to a server. Closed, it ends its own waits and leaves the queues as they are, so that the next
 * one finds them.
 */
export function connection(shared: QueueEngine): QueueEngine {
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
        return call(...args)
      }
    },
  })
  return engine
}

/** Connections to an engine in memory whose clock is wound by hand. */
export const shared: Make = async () => {
  const clock = new HandClock()
  const server = await openQueues({ path: ':memory:', clock })
  const engine = connection(server)
  let last = engine
  const made: Made = {
    engine,
    async advance(ms) {
      clock.nowMs += ms
      for (const name of (await server.list()).slice(0, 1)) await server.stats(name)
    },
    connect: async () => connection(server),
    async reopen() {
      await last.close()
      last = connection(server)
      return last
    },
    release: () => server.close(),
  }
  return made
}
