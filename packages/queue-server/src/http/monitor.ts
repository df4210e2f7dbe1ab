import type { AddressInfo } from 'node:net'
import { whyForeign } from '@millrace/command/http'
import { startTimer } from '@millrace/notify'
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import type { CloseOptions, Listening } from '../api.ts'
import { checkClose } from '../options.ts'
import { Door } from './access.ts'
import { actionRoutes } from './actions.ts'
import type { Monitor, MonitorListenOptions, MonitorOptions } from './api.ts'
import { lookRoutes } from './looks.ts'
import { checkListen, checkMonitor } from './options.ts'
import { pageRoute } from './page/page.ts'
import { Refusal, refusalOf } from './refusal.ts'

const LOOPBACK = '127.0.0.1'
const CLOSE_TIMEOUT_MS = 5000

/**
 * Watches queues over HTTP: a page for the operator at `/`, `/metrics` for Prometheus, and `/health`, which answers 200 while the engine takes
 * changes and else 503 with a reason.
 *
 * Throws `TypeError` for a wrong option.
 *
 * @example
 * import { openQueues } from '@millrace/queue'
 * import { createMonitor } from '@millrace/queue-server'
 *
 * const engine = await openQueues({ path: ':memory:' })
 * const monitor = createMonitor({ engine })
 * const { url } = await monitor.listen()
 * const answer = await fetch(`${url}/health`)
 * await answer.json() // => { status: 'ok' }
 * await monitor.close()
 * await engine.close()
 */
export function createMonitor(options: MonitorOptions): Monitor {
  checkMonitor(options)
  return new HttpMonitor(options)
}

class HttpMonitor implements Monitor {
  readonly #app: FastifyInstance
  readonly #has: { readonly tokens: boolean; readonly tls: boolean }
  #host: string | undefined
  #end: Promise<void> | undefined

  constructor({ engine, servers = {}, tokens, tls, names = [] }: MonitorOptions) {
    this.#has = { tokens: tokens !== undefined, tls: tls !== undefined }
    this.#app = fastify({
      https: httpsOf(tls),
      logger: false,
      return503OnClosing: false,
      // What is refused before there is a route.
      frameworkErrors: (error, request, reply) => refuse(error, request, reply.headers(SAFE)),
    }) as unknown as FastifyInstance
    const door = new Door(tokens)
    this.#app.setErrorHandler(refuse)
    this.#app.setNotFoundHandler(({ method, url }) => {
      throw new Refusal('not-found', `there is no ${method} ${url}`)
    })
    this.#app.addHook('onRequest', (request, _, done) => {
      const reason = whyForeign(request.headers.host, this.#host ?? LOOPBACK, names)
      done(reason === undefined ? undefined : new Refusal('foreign', reason))
    })
    sendSafely(this.#app)
    lookRoutes(this.#app, engine, servers, door)
    actionRoutes(this.#app, engine, door)
    pageRoute(this.#app)
  }

  async listen(options: MonitorListenOptions = {}): Promise<Listening> {
    checkListen(options, this.#has)
    if (this.#host !== undefined) throw new TypeError('listen: it has been called before')
    const { host = LOOPBACK, port = 0 } = options
    this.#host = host
    await this.#app.listen({ host, port })
    const { address, family, port: actual } = this.#app.server.address() as AddressInfo
    const scheme = this.#has.tls ? 'https' : 'http'
    return { host: address, port: actual, url: `${scheme}://${family === 'IPv6' ? `[${address}]` : address}:${actual}` }
  }

  async close(options: CloseOptions = {}): Promise<void> {
    checkClose(options)
    this.#end ??= this.#close(options.timeoutMs ?? CLOSE_TIMEOUT_MS)
    await this.#end
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  async #close(timeoutMs: number): Promise<void> {
    const cancel = startTimer(timeoutMs, () => this.#app.server.closeAllConnections())
    try {
      await this.#app.close()
    } finally {
      cancel()
    }
  }
}

function refuse(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const refusal = refusalOf(error)
  if (refusal.code === 'failed') request.log.error(error)
  if (refusal.code === 'unauthorized') reply.header('www-authenticate', 'Bearer')
  return reply.code(refusal.status).send(refusal.toJSON())
}

/** What is told of queues is for the page of this server only, and only as long as it is shown. */
const SAFE: Readonly<Record<string, string>> = {
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
}

function sendSafely(app: FastifyInstance): void {
  app.addHook('onSend', async (_, reply) => {
    reply.headers(SAFE)
  })
}

function httpsOf(tls: MonitorOptions['tls']): { key: Buffer; cert: Buffer } | null {
  return tls === undefined ? null : { key: Buffer.from(tls.key), cert: Buffer.from(tls.cert) }
}
