import { QueueError, type QueueErrorCode } from '@millrace/queue'

/** The code of a `QueueError`, or of one that it caused. */
export function codeOf(error: unknown): QueueErrorCode | undefined {
  return queueErrorOf(error)?.code
}

/** The `QueueError` that it is, or that caused it. */
export function queueErrorOf(error: unknown): QueueError | undefined {
  if (error instanceof QueueError) return error
  return error instanceof Error && error.cause instanceof QueueError ? error.cause : undefined
}
