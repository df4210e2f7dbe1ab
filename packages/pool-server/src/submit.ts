import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Submission } from './api.ts'
import type { Context } from './context.ts'
import { wholeNumber } from './parameters.ts'
import { Refusal } from './refusal.ts'
import { readSubmissions } from './submission.ts'
import { Gone, reasonOf } from './waits.ts'

type SubmitRequest = FastifyRequest<{ Params: { timeoutMs: string } }>

/** How far a batch has come: the first submitted + duplicates of it need not be sent again. */
interface Progress {
  readonly submissions: readonly Submission[]
  submitted: number
  duplicates: number
}

/**
 * `POST /submit/:timeoutMs`: puts the items of the body into the pool, in the order of the body.
 *
 * Nothing is submitted before the whole body is there and every item of it is valid. What finds room at once does not wait.
 */
export function submitRoute(context: Context): (request: SubmitRequest, reply: FastifyReply) => Promise<string> {
  const { limits, waits, tallies } = context
  return async (request, reply) => {
    const timeoutMs = wholeNumber('timeoutMs', request.params.timeoutMs, 0, limits.maxTimeoutMs)
    const submissions = readSubmissions(request.body, limits.maxBatch)
    if (waits.isStopping) throw new Refusal('stopping', 'the server stops', { submitted: 0 })
    const progress: Progress = { submissions, submitted: 0, duplicates: 0 }
    try {
      if (!submitAtOnce(context, progress)) {
        await waits.during(reply.raw, (signal) => submitRest(context, progress, timeoutMs, signal))
      }
    } catch (error) {
      throw refusalOf(error, progress, request)
    }
    tallies.count('submit', 'ok')
    reply.type('application/json; charset=utf-8')
    return JSON.stringify(countsOf(progress))
  }
}

/** Submits those that find room, and tells whether these were all. */
function submitAtOnce({ pool }: Context, progress: Progress): boolean {
  for (const { item, ...options } of progress.submissions) {
    const outcome = pool.trySubmit(item, options)
    if (outcome === 'full' || outcome === 'closed') return false
    if (outcome === 'duplicate') progress.duplicates++
    else progress.submitted++
  }
  return true
}

/** Waits for room for one after the other, all in all no longer than the time. */
async function submitRest(
  { pool }: Context,
  progress: Progress,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<void> {
  const due = performance.now() + timeoutMs
  const rest = progress.submissions.slice(progress.submitted + progress.duplicates)
  for (const { item, ...options } of rest) {
    const left = Math.max(0, due - performance.now())
    try {
      const { state } = await pool.submit(item, { ...options, signal, timeoutMs: left })
      if (state === 'duplicate') progress.duplicates++
      else progress.submitted++
    } catch (error) {
      if (!signal.aborted) throw error
      throw reasonOf(signal) === 'gone' ? new Gone() : new Refusal('stopping', 'the server stops')
    }
  }
}

function refusalOf(error: unknown, progress: Progress, { log }: FastifyRequest): unknown {
  if (error instanceof Gone) return error
  const { submissions, submitted, duplicates } = progress
  const at = submissions.length === 1 ? 'body' : `body[${submitted + duplicates}]`
  const how = submissions.length === 1 ? '' : `; ${submitted} of ${submissions.length} items are in`
  const refusal = (code: Refusal['code'], reason: string): Refusal =>
    new Refusal(code, reason + how, countsOf(progress))
  if (error instanceof Refusal) return refusal(error.code, error.message)
  const code = (error as { code?: unknown } | undefined)?.code
  if (code === 'closed') return refusal('closed', 'the pool is closed')
  if (code === 'timeout' || code === 'full') return refusal('full', 'the pool is full')
  // So the pool says that it cannot order an item, or has no use for an option.
  if (error instanceof TypeError || error instanceof RangeError) {
    return refusal('bad-request', `${at}: the pool does not take it: ${error.message}`)
  }
  log.error(error)
  return refusal('failed', `${at}: the server failed to submit it`)
}

function countsOf({ submitted, duplicates }: Progress): { submitted: number; duplicates?: number } {
  return duplicates === 0 ? { submitted } : { submitted, duplicates }
}
