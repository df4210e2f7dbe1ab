import type { QueueError } from '@millrace/queue'
import { isQueueError, type Request } from '@millrace/queue/protocol'
import type { Asked } from './asked.ts'

/** Whether a request may be done twice without anybody being misled: what it says then is true. */
export function isSafe(request: Request): boolean {
  switch (request.kind) {
    case 'send':
    case 'trySend':
      return request.message.dedupKey !== undefined
    case 'sendMany':
      return request.messages.every(({ dedupKey }) => dedupKey !== undefined)
    case 'receive':
      return request.leaseMs !== 0
    case 'delete':
    case 'purge':
    case 'redrive':
      return false
    default:
      return true
  }
}

/** Whether nobody has to know if it was done. What is received under a lease comes back. */
function isHarmless(request: Request): boolean {
  const { kind } = request
  if (kind === 'receive') return request.leaseMs !== 0
  return kind === 'list' || kind === 'stats' || kind === 'peek'
}

/** They say how things are now, whatever was done before: so nobody is misled. */
const OF_NOW: ReadonlySet<QueueError['code']> = new Set(['missing', 'conflict', 'read-only', 'damaged', 'unknown'])

/** Whether a connection ended for what was said on it, soon after it was opened, not for what was not: silence is found out later. */
export function isReproach(
  { code }: QueueError,
  { openedAt, quietMs }: { readonly openedAt: number; readonly quietMs: number },
): boolean {
  return (code === 'protocol' || code === 'too-large') && performance.now() - openedAt < quietMs
}

/** What a request rejects with whose connection was lost, and that is not safe. */
export function lost(asked: Asked, cause: QueueError): QueueError {
  const { kind } = asked.request
  return asked.error(
    'unknown',
    `the connection was lost before the answer to ${kind}; it may have been done, or not`,
    cause,
  )
}

/** What a request rejects with that is not wanted any more, for a reason, and will not be answered. */
export function givenUp(asked: Asked, reason: unknown): unknown {
  const { kind } = asked.request
  if (!asked.wasWritten || isHarmless(asked.request)) return reason
  return asked.error('unknown', `${kind} was given up before it was answered; it may have been done, or not`, reason)
}

/** What a request rejects with that a server has refused: if it had been written before, on a connection that was lost, it may have been done then. */
export function refusedAgain(asked: Asked, error: Error): Error {
  if (!asked.wasWritten || isHarmless(asked.request)) return error
  if (!isQueueError(error) || OF_NOW.has(error.code)) return error
  const { kind } = asked.request
  return asked.error('unknown', `${kind} was refused when it was asked again; before, it may have been done`, error)
}

/** What a request rejects with that has waited too long for a connection. */
export function unreachable(asked: Asked, cause: QueueError | undefined): QueueError {
  const { kind } = asked.request
  const why = cause?.message ?? 'there is no connection'
  if (!asked.wasWritten || isHarmless(asked.request)) return asked.error('unreachable', why, cause)
  return asked.error('unknown', `${why}; ${kind} may have been done before, or not`, cause)
}

/** What a request rejects with when the client is closed. */
export function closed(asked: Asked): QueueError {
  return asked.error('closed', 'the client has been closed')
}
