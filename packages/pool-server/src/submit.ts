import type { FastifyReply, FastifyRequest } from 'fastify'
import type { ServedPool, Submission } from './api.ts'
import type { Context } from './context.ts'
import { wholeNumber } from './parameters.ts'
import { Refusal } from './refusal.ts'
import { readSubmissions } from './submission.ts'
import { Gone, reasonOf } from './waits.ts'

type SubmitRequest = FastifyRequest<{ Params: { timeoutMs: string } }>

/**
 * `POST /submit/:timeoutMs`: puts the items of the body into the pool, in the order of the body.
 *
 * Nothing is submitted before the whole body is there and every item of it is valid. What finds room at once does not wait.
 */
export function submitRoute(context: Context): (request: SubmitRequest, reply: FastifyReply) => Promise<string> {
  const { pool, limits, waits, tallies } = context
  return async (request, reply) => {
    const timeoutMs = wholeNumber('timeoutMs', request.params.timeoutMs, 0, limits.maxTimeoutMs)
    const submissions = readSubmissions(request.body, limits.maxBatch)
    if (waits.isStopping) throw new Refusal('stopping', 'the server stops', 0)
    const submitted = submitAtOnce(pool, submissions)
    if (submitted < submissions.length) {
      const wait = (signal: AbortSignal) => submitRest(pool, submissions, submitted, timeoutMs, signal)
      await waits.during(reply.raw, wait)
    }
    tallies.count('submit', 'ok')
    reply.type('application/json; charset=utf-8')
    return `{"submitted":${submissions.length}}`
  }
}

/** How many from the first found room. */
function submitAtOnce(pool: ServedPool, submissions: readonly Submission[]): number {
  for (const [submitted, { item, ...options }] of submissions.entries()) {
    const outcome = pool.trySubmit(item, options)
    if (outcome === 'full' || outcome === 'closed') return submitted
  }
  return submissions.length
}

/** Waits for room for one after the other, all in all no longer than the time. */
async function submitRest(
  pool: ServedPool,
  submissions: readonly Submission[],
  first: number,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<void> {
  const due = performance.now() + timeoutMs
  for (let submitted = first; submitted < submissions.length; submitted++) {
    const { item, ...options } = submissions[submitted] as Submission
    const left = Math.max(0, due - performance.now())
    try {
      await pool.submit(item, { ...options, signal, timeoutMs: left })
    } catch (error) {
      throw refusalOf(error, signal, submitted, submissions.length)
    }
  }
}

function refusalOf(error: unknown, signal: AbortSignal, submitted: number, all: number): unknown {
  const how = all === 1 ? '' : `; ${submitted} of ${all} items are in`
  if (signal.aborted)
    return reasonOf(signal) === 'gone' ? new Gone() : new Refusal('stopping', `the server stops${how}`, submitted)
  const code = (error as { code?: unknown } | undefined)?.code
  if (code === 'closed') return new Refusal('closed', `the pool is closed${how}`, submitted)
  if (code === 'timeout' || code === 'full') return new Refusal('full', `the pool is full${how}`, submitted)
  return error
}
