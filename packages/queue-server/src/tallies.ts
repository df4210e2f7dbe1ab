import type { QueueErrorCode } from '@millrace/queue'
import type { Request } from '@millrace/queue/protocol'
import type { CutReason, RefusalReason } from './api.ts'

/** What a server has done since it was made. */
export class Tallies {
  accepted = 0
  cancelled = 0
  pending = 0
  returned = 0
  bytesIn = 0
  bytesOut = 0
  readonly refused: Record<RefusalReason, number> = zeros('connections', 'address', 'token', 'version')
  readonly cut: Record<CutReason, number> = zeros(
    'protocol',
    'too-large',
    'greeting',
    'quiet',
    'slow',
    'memory',
    'closing',
  )
  readonly requests: Record<Request['kind'], number> = zeros(
    ...(['send', 'sendMany', 'trySend', 'receive', 'ack', 'ackMany', 'nack', 'extend'] as const),
    ...(['create', 'delete', 'list', 'stats', 'pause', 'resume', 'peek', 'purge', 'redrive'] as const),
  )
  readonly failures: Record<QueueErrorCode | 'misuse', number> = zeros(
    ...(['missing', 'conflict', 'in-flight', 'full', 'timeout', 'closed', 'locked', 'damaged', 'read-only'] as const),
    ...(['unknown', 'unreachable', 'refused', 'too-large', 'busy', 'protocol', 'misuse'] as const),
  )
}

function zeros<Name extends string>(...names: Name[]): Record<Name, number> {
  return Object.fromEntries(names.map((name) => [name, 0])) as Record<Name, number>
}
