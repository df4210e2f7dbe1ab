import type { FastifyError, FastifyInstance, FastifyPluginCallback, FastifyReply, FastifyRequest } from 'fastify'
import type { PoolRoutesOptions, ServedPool } from './api.ts'
import type { Context } from './context.ts'
import { drainRoute } from './drain.ts'
import { type Limits, limitsOf } from './limits.ts'
import { observeRoutes } from './observe.ts'
import { checkRoutes } from './options.ts'
import { Refusal } from './refusal.ts'
import { submitRoute } from './submit.ts'
import { Tallies } from './tallies.ts'
import { Gone, Waits } from './waits.ts'

/** How long who was refused for want of room is asked to wait, in seconds. */
const RETRY_AFTER = '1'

/**
 * The routes of a pool as a plugin, for a fastify of your own with TLS, a log or whoever may come in.
 *
 * When that fastify is closed, drains that wait are answered with what is there and submits that wait with 503. The pool is not closed.
 * Throws `TypeError` or `RangeError` for a wrong option.
 *
 * @example
 * import { priorityPool } from '@millrace/pool'
 * import { poolRoutes } from '@millrace/pool-server'
 * import fastify from 'fastify'
 *
 * const app = fastify()
 * const pool = priorityPool<string>({ capacity: 10 })
 * await app.register(poolRoutes(pool), { prefix: '/jobs' })
 * await pool.submit('tea', { priority: 3 })
 * const { body } = await app.inject('/jobs/drain/1/0')
 * body // => '[{"item":"tea","priority":3}]'
 */
export function poolRoutes(pool: ServedPool, options: PoolRoutesOptions = {}): FastifyPluginCallback {
  checkRoutes(pool, options)
  const context: Context = {
    pool,
    limits: limitsOf(options),
    waits: new Waits(),
    tallies: new Tallies(),
    unsettled: new Set(),
    onUnsendable: options.onUnsendable ?? warnOfUnsendable,
  }
  return (instance, _, done) => {
    readJsonOnly(instance, context.limits)
    instance.addHook('onRequest', refuseForeign)
    instance.addHook('preClose', async () => {
      context.waits.stop()
      // To fastify, a connection is idle while the end of an answer is still on its way.
      await Promise.all(context.unsettled)
    })
    instance.addHook('onClose', async () => void (await Promise.all(context.unsettled)))
    instance.setErrorHandler((error: FastifyError, request, reply) => refuse(context, error, request, reply))
    instance.setNotFoundHandler((request, reply) => {
      const error = new Refusal('not-found', `there is no ${request.method} ${request.url}`)
      return refuse(context, error, request, reply)
    })
    instance.post('/submit/:timeoutMs', { bodyLimit: context.limits.maxBodyBytes }, submitRoute(context))
    // A HEAD request would take items and show them to nobody.
    instance.get('/drain/:n/:timeoutMs', { exposeHeadRoute: false }, drainRoute(context))
    observeRoutes(instance, context)
    done()
  }
}

// Any other type can be sent by a page of another origin, without the browser asking whether it may.
function readJsonOnly(instance: FastifyInstance, { maxBodyBytes: bodyLimit }: Limits): void {
  instance.removeAllContentTypeParsers()
  instance.addContentTypeParser('application/json', { parseAs: 'string', bodyLimit }, (_, text, done) => {
    try {
      done(null, JSON.parse(text as string))
    } catch (error) {
      done(new Refusal('bad-request', `body: ${error instanceof Error ? error.message : error}`))
    }
  })
}

function warnOfUnsendable(_: unknown, error: unknown): void {
  process.emitWarning(`an item has left the pool that cannot be sent as JSON: ${error}`, 'MillraceWarning')
}

/** A drain is a GET: any page could have a browser send it to a server on its machine. Browsers say who it was. */
function refuseForeign({ headers }: FastifyRequest, _: FastifyReply, done: (error?: Error) => void): void {
  const site = headers['sec-fetch-site']
  if (site === undefined || site === 'same-origin' || site === 'none') done()
  else done(new Refusal('foreign', 'pages of other origins may not use this server'))
}

function refuse(context: Context, error: FastifyError | Error, request: FastifyRequest, reply: FastifyReply): unknown {
  const route = request.routeOptions.url?.split('/').find((part) => part === 'submit' || part === 'drain') ?? 'other'
  if (error instanceof Gone) {
    context.tallies.count(route, 'gone')
    return reply.hijack()
  }
  const refusal = error instanceof Refusal ? error : translated(error, context.limits, request)
  context.tallies.count(route, refusal.code)
  reply.code(refusal.status)
  if (context.waits.isStopping) reply.header('connection', 'close')
  if (refusal.isPassing) reply.header('retry-after', RETRY_AFTER)
  return reply.send(refusal.toJSON())
}

function translated(error: FastifyError | Error, { maxBodyBytes }: Limits, request: FastifyRequest): Refusal {
  const status = 'statusCode' in error ? error.statusCode : undefined
  if (status === 413) return new Refusal('too-large', `body: expected at most ${maxBodyBytes} bytes`)
  if (status === 415) return new Refusal('unsupported', 'expected the header content-type: application/json')
  if (status !== undefined && status >= 400 && status < 500) return new Refusal('bad-request', error.message)
  request.log.error(error)
  return new Refusal('failed', 'the server failed to carry this out')
}
