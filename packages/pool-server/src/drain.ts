import type { Held } from '@millrace/pool'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Context } from './context.ts'
import { deliver } from './deliver.ts'
import { wholeNumber } from './parameters.ts'
import { Refusal } from './refusal.ts'
import { type Answer, sendable } from './sendable.ts'
import { Gone, reasonOf } from './waits.ts'

type DrainRequest = FastifyRequest<{ Params: { n: string; timeoutMs: string } }>

/**
 * `GET /drain/:n/:timeoutMs`: waits for `n` items or until the time is over, and answers with what is there, at most `n`, the
 * highest priority first. A client that leaves before it has the answer takes nothing.
 */
export function drainRoute(context: Context): (request: DrainRequest, reply: FastifyReply) => Promise<unknown> {
  const { limits, pool, tallies, unsettled } = context
  return async (request, reply) => {
    const n = wholeNumber('n', request.params.n, 1, limits.maxDrain)
    const timeoutMs = wholeNumber('timeoutMs', request.params.timeoutMs, 0, limits.maxTimeoutMs)
    const end = Promise.withResolvers<void>()
    unsettled.add(end.promise)
    end.promise.then(() => unsettled.delete(end.promise))
    try {
      const answer = await takeSendable(context, reply, n, timeoutMs)
      if (answer.held.items.length === 0 && pool.closed) throw new Refusal('closed', 'the pool is closed and drained')
      const { text, settled } = await deliver(reply, answer, context)
      settled.then(end.resolve)
      tallies.count('drain', 'ok')
      return text
    } catch (error) {
      end.resolve()
      throw error
    }
  }
}

/** Items that can be sent. While time is left, those that cannot are not the answer. */
async function takeSendable(context: Context, reply: FastifyReply, n: number, timeoutMs: number): Promise<Answer> {
  const endsMs = performance.now() + timeoutMs
  for (let leftMs = timeoutMs; ; leftMs = Math.max(0, Math.ceil(endsMs - performance.now()))) {
    const held = await take(context, reply, n, leftMs)
    const answer = sendable(held, context)
    if (answer.held.items.length > 0 || held.items.length === 0) return answer
  }
}

async function take(
  { pool, waits }: Context,
  { raw }: FastifyReply,
  n: number,
  timeoutMs: number,
): Promise<Held<unknown>> {
  if (timeoutMs === 0 || pool.closed || waits.isStopping || pool.length >= n) return pool.tryHold(n)
  return waits.during(raw, async (signal) => {
    try {
      return await pool.hold(n, { signal, timeoutMs })
    } catch (error) {
      if (!signal.aborted) throw error
      if (reasonOf(signal) === 'gone') throw new Gone()
      return pool.tryHold(n)
    }
  })
}
