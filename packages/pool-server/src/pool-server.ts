import type { AddressInfo } from 'node:net'
import { whyForeign } from '@millrace/command/http'
import { startTimer } from '@millrace/notify'
import fastify, { type FastifyInstance } from 'fastify'
import type { PoolServer, PoolServerOptions, ServedPool, StopOptions } from './api.ts'
import { checkServer, checkStop } from './options.ts'
import { Refusal } from './refusal.ts'
import { poolRoutes } from './routes.ts'
import { refuseUnreadable } from './unreadable.ts'

const LOOPBACK = '127.0.0.1'
const STOP_TIMEOUT_MS = 5000

/**
 * Serves a pool over HTTP; resolves when it is reached.
 *
 * Rejects with `TypeError` or `RangeError` for a wrong option, with the error of the system if it cannot listen, such as one with code `EADDRINUSE`.
 *
 * @example
 * import { priorityPool } from '@millrace/pool'
 * import { poolServer } from '@millrace/pool-server'
 *
 * const server = await poolServer(priorityPool({ capacity: 100 }))
 * const body = JSON.stringify([{ item: 'tea' }, { item: 'coffee', priority: 5 }])
 * await fetch(`${server.url}/submit/1000`, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
 * const answer = await fetch(`${server.url}/drain/10/0`)
 * await answer.json() // => [{ item: 'coffee', priority: 5 }, { item: 'tea', priority: 0 }]
 * await server.stop()
 */
export async function poolServer(pool: ServedPool, options: PoolServerOptions = {}): Promise<PoolServer> {
  checkServer(pool, options)
  const { host = LOOPBACK, port = 0, names = [], ...others } = options
  const app = fastify({ return503OnClosing: false, logger: false, clientErrorHandler: refuseUnreadable })
  app.addHook('onRequest', (request, _, done) => {
    const reason = whyForeign(request.headers.host, host, names)
    done(reason === undefined ? undefined : new Refusal('foreign', reason))
  })
  await app.register(poolRoutes(pool, others))
  try {
    await app.listen({ host, port })
  } catch (error) {
    await app.close()
    throw error
  }
  return new Server(app)
}

class Server implements PoolServer {
  readonly url: string
  readonly port: number
  readonly #app: FastifyInstance
  #end: Promise<void> | undefined

  constructor(app: FastifyInstance) {
    this.#app = app
    const { address, family, port } = app.server.address() as AddressInfo
    this.port = port
    this.url = `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`
  }

  async stop(options: StopOptions = {}): Promise<void> {
    checkStop(options)
    this.#end ??= this.#stop(options.timeoutMs ?? STOP_TIMEOUT_MS)
    await this.#end
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop()
  }

  async #stop(timeoutMs: number): Promise<void> {
    const { server } = this.#app
    // To close it now would cut answers that are written, but not received.
    server.maxConnections = 0
    const cancel = startTimer(timeoutMs, () => server.closeAllConnections())
    try {
      await this.#app.close()
    } finally {
      cancel()
    }
  }
}
