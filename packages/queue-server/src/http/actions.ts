import type { FastifyInstance } from 'fastify'
import { checkOrigin, type Door } from './access.ts'
import type { MonitoredEngine } from './api.ts'
import { Refusal } from './refusal.ts'

const MOST_BODY_BYTES = 16_384

/** What an action is sent. */
interface ActionBody {
  readonly queue: string
  /** Of a purge: the name of the queue again. */
  readonly confirm: unknown
}

/** `POST /api/pause`, `/api/resume`, `/api/redrive` and `/api/purge`: what an operator may change. */
export function actionRoutes(app: FastifyInstance, engine: MonitoredEngine, door: Door): void {
  const action = (verb: string, act: (body: ActionBody) => Promise<unknown>): void => {
    app.post(`/api/${verb}`, { bodyLimit: MOST_BODY_BYTES }, async (request) => {
      checkOrigin(request)
      const body = bodyOf(request.body)
      door.check(request, body.queue, 'manage')
      const count = await act(body)
      return typeof count === 'number' ? { count } : {}
    })
  }
  readJsonOnly(app)
  action('pause', ({ queue }) => engine.pause(queue))
  action('resume', ({ queue }) => engine.resume(queue))
  action('redrive', ({ queue }) => engine.redrive(queue))
  action('purge', ({ queue, confirm }) => {
    if (confirm !== queue) throw new Refusal('bad-request', 'confirm: expected the name of the queue, as in queue')
    return engine.purge(queue)
  })
}

function bodyOf(body: unknown): ActionBody {
  const { queue, confirm } = Object(body)
  if (typeof queue === 'string' && queue !== '') return { queue, confirm }
  throw new Refusal('bad-request', 'queue: expected the name of a queue')
}

// Any other type can be sent by a page of another origin, without the browser asking whether it may.
function readJsonOnly(app: FastifyInstance): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (_, text, done) => {
    try {
      done(null, JSON.parse(text as string))
    } catch {
      done(new Refusal('bad-request', 'body: expected JSON'))
    }
  })
}
