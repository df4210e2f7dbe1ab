import type { AddressInfo } from 'node:net'
import { startTimer } from '@millrace/notify'
import fastify, { type FastifyInstance } from 'fastify'
import type { PoolServer, PoolServerOptions, ServedPool, StopOptions } from './api.ts'
import { poolRoutes } from './routes.ts'

const LOOPBACK = '127.0.0.1'
const STOP_TIMEOUT_MS = 5000

/**
 * Serves a pool over HTTP; resolves when it is reached.
 *
 * Throws `RangeError` for limits that are none. Rejects with the error of the system if it cannot listen, such as one with code `EADDRINUSE`.
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
  const { host = LOOPBACK, port = 0 } = options
  const routes = poolRoutes(pool, options)
  const app = fastify({ return503OnClosing: false, logger: false })
  await app.register(routes)
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

  stop({ timeoutMs = STOP_TIMEOUT_MS }: StopOptions = {}): Promise<void> {
    this.#end ??= this.#stop(timeoutMs)
    return this.#end
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop()
  }

  async #stop(timeoutMs: number): Promise<void> {
    const { server } = this.#app
    const cancel = startTimer(timeoutMs, () => server.closeAllConnections())
    try {
      await this.#app.close()
    } finally {
      cancel()
    }
  }
}
