import { type Family, METRICS_TYPE, metricsText } from '@millrace/command/http'
import type { FastifyInstance } from 'fastify'
import type { Context } from './context.ts'

/** `GET /stats`, `/health` and `/metrics`: how the pool and the server are. */
export function observeRoutes(instance: FastifyInstance, context: Context): void {
  const { pool, waits } = context
  instance.get('/stats', (_, reply) => reply.send({ ...pool.stats(), closed: pool.closed }))
  instance.get('/health', (_, reply) => {
    const isOpen = !pool.closed && !waits.isStopping
    return reply.code(isOpen ? 200 : 503).send({ status: isOpen ? 'ok' : 'closing' })
  })
  instance.get('/metrics', (_, reply) => reply.type(METRICS_TYPE).send(metricsText(familiesOf(context))))
}

function familiesOf({ pool, tallies }: Context): Family[] {
  const { length, held, capacity, waitingSubmits, waitingDrains, submitted, drained, putBack, ...others } = pool.stats()
  const one = (name: string, help: string, value: number): Family => ({ name, help, samples: [{ value }] })
  return [
    one('millrace_pool_length', 'Items that can be drained.', length),
    one('millrace_pool_held', 'Items on their way to a consumer.', held),
    one('millrace_pool_capacity', 'The most items the pool holds.', capacity),
    one('millrace_pool_closed', 'Whether the pool accepts no item any more.', pool.closed ? 1 : 0),
    one('millrace_pool_submitted_total', 'Items accepted.', submitted),
    one('millrace_pool_drained_total', 'Items drained.', drained),
    one('millrace_pool_put_back_total', 'Items put back since their consumers were gone.', putBack),
    {
      name: 'millrace_pool_left_total',
      help: 'Items that left without being drained.',
      samples: (['evicted', 'expired', 'replaced', 'removed'] as const).map((how) => ({
        labels: { how },
        value: others[how],
      })),
    },
    one(
      'millrace_pool_duplicates_total',
      'Items that did not come in since one with their key was there.',
      others.duplicates,
    ),
    one('millrace_pool_rejected_total', 'Items that found no room.', others.rejected),
    {
      name: 'millrace_pool_waiting',
      help: 'Calls that wait for room or for items.',
      samples: [
        { labels: { verb: 'submit' }, value: waitingSubmits },
        { labels: { verb: 'drain' }, value: waitingDrains },
      ],
    },
    {
      name: 'millrace_pool_server_requests_total',
      help: 'Requests by route and by how they ended.',
      samples: [...tallies].map(({ count: value, ...labels }) => ({ labels, value })),
    },
  ]
}
