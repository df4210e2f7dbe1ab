import type { Request } from '@millrace/queue/protocol'

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
export function isHarmless({ kind }: Request): boolean {
  return kind === 'receive' || kind === 'list' || kind === 'stats' || kind === 'peek'
}
