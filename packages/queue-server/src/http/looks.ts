import { METRICS_TYPE, metricsText } from '@millrace/command/http'
import type { FastifyInstance } from 'fastify'
import type { Door, Permit } from './access.ts'
import type { MonitoredEngine, MonitoredServer } from './api.ts'
import { whyReadOnly } from './health.ts'
import { messageView } from './message-view.ts'
import { familiesOf } from './metrics.ts'
import { Refusal } from './refusal.ts'
import { type NamedStats, Snapshots } from './snapshot.ts'

const MOST_MESSAGES = 50
const MESSAGES = 10
/** Bodies are read whole, though little of each is shown: so many bytes for one look, but one message. */
const LOOK_BYTES: number = 2 ** 22

/** `GET /health`, `/metrics`, `/api/queues` and `/api/messages`: how the queues are. Messages are looked at for one request at a time. */
export function lookRoutes(
  app: FastifyInstance,
  engine: MonitoredEngine,
  servers: Readonly<Record<string, MonitoredServer>>,
  door: Door,
): void {
  const snapshots = new Snapshots(engine)
  const inTurn = oneByOne()
  app.get('/health', async (_, reply) => {
    const reason = await whyReadOnly(engine)
    if (reason === undefined) return { status: 'ok' }
    return reply.code(503).send({ status: 'unavailable', reason })
  })
  app.get('/metrics', async (request, reply) => {
    const permit = door.permitOf(request)
    const [{ queues }, reason] = await Promise.all([snapshots.take(), whyReadOnly(engine)])
    const families = familiesOf(visible(queues, permit), servers, reason === undefined)
    return reply.type(METRICS_TYPE).send(metricsText(families))
  })
  app.get('/api/queues', async (request) => {
    const permit = door.permitOf(request)
    const [{ atMs, queues }, readOnly] = await Promise.all([snapshots.take(), whyReadOnly(engine)])
    const shown = visible(queues, permit).map((stats) => ({
      ...stats,
      mayPeek: permit.may('receive', stats.name),
      mayManage: permit.may('manage', stats.name),
    }))
    return { atMs, readOnly, queues: shown }
  })
  app.get('/api/messages', async (request) => {
    const { queue, max } = readQuery(request.query)
    door.check(request, queue, 'receive')
    return inTurn(async () => (await engine.peek(queue, { max, maxBytes: LOOK_BYTES })).map(messageView))
  })
}

/** Has each begin when the one before has ended, however it did. */
function oneByOne(): <R>(act: () => Promise<R>) => Promise<R> {
  let last: Promise<unknown> = Promise.resolve()
  return (act) => {
    const done = last.then(act)
    last = done.catch(() => {}) // Whoever asked is told.
    return done
  }
}

function visible(queues: readonly NamedStats[], permit: Permit): NamedStats[] {
  return queues.filter(({ name }) => permit.sees(name))
}

function readQuery(query: unknown): { readonly queue: string; readonly max: number } {
  const { queue, max = String(MESSAGES) } = Object(query)
  if (typeof queue !== 'string' || queue === '') throw new Refusal('bad-request', 'queue: expected the name of a queue')
  const count = /^\d{1,3}$/.test(max) ? Number(max) : 0
  if (count >= 1 && count <= MOST_MESSAGES) return { queue, max: count }
  throw new Refusal('bad-request', `max: expected a whole number from 1 to ${MOST_MESSAGES}`)
}
