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

/**
 * Whether it may have been done on a connection that was lost, and somebody has to know. What is received under a lease comes back; whether a queue
 * gives one its server alone knows.
 */
export function isInDoubt({ wasWritten, request }: Asked): boolean {
  const { kind } = request
  if (!wasWritten || kind === 'list' || kind === 'stats' || kind === 'peek') return false
  return kind !== 'receive' || !request.leaseMs
}

/** They say how things are now, or of the message, whatever was done before: so nobody is misled. */
const OF_NOW: ReadonlySet<QueueError['code']> = new Set([
  'missing',
  'conflict',
  'read-only',
  'damaged',
  'too-large',
  'unknown',
])

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

/** What a request rejects with that is not wanted any more, for a reason, and will not be answered. Most queues give a lease. */
export function givenUp(asked: Asked, reason: unknown): unknown {
  const { kind } = asked.request
  if (!isInDoubt(asked) || (kind === 'receive' && asked.request.leaseMs === undefined)) return reason
  return asked.error('unknown', `${kind} was given up before it was answered; it may have been done, or not`, reason)
}

/** What a request rejects with that a server has refused: if it had been written before, on a connection that was lost, it may have been done then. */
export function refusedAgain(asked: Asked, error: Error): Error {
  if (!isInDoubt(asked)) return error
  if (!isQueueError(error) || OF_NOW.has(error.code)) return error
  const { kind } = asked.request
  return asked.error('unknown', `${kind} was refused when it was asked again; before, it may have been done`, error)
}

/** What a request rejects with that has waited too long for a connection. */
export function unreachable(asked: Asked, cause: QueueError | undefined): QueueError {
  const { kind } = asked.request
  const why = cause?.message ?? 'there is no connection'
  if (!isInDoubt(asked)) return asked.error('unreachable', why, cause)
  return asked.error('unknown', `${why}; ${kind} may have been done before, or not`, cause)
}

/** What a request rejects with when the client is closed. */
export function closed(asked: Asked): QueueError {
  return asked.error('closed', 'the client has been closed')
}
