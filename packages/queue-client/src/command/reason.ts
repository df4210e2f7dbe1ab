import { getSystemErrorMessage } from 'node:util'
import { QueueError, type QueueErrorCode } from '@millrace/queue'
import { oneLine } from './printable.ts'

/** What is wrong, in one line; of the system in its own words, for example `permission denied (EACCES)`. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return oneLine(String(error))
  if (isOfSystem(error)) return `${getSystemErrorMessage(error.errno)} (${error.code})`
  return oneLine(error.message.replaceAll('\n', ' '))
}

/** The code of a `QueueError`, or of one that it caused. */
export function codeOf(error: unknown): QueueErrorCode | undefined {
  return queueErrorOf(error)?.code
}

/** The `QueueError` that it is, or that caused it. */
export function queueErrorOf(error: unknown): QueueError | undefined {
  if (error instanceof QueueError) return error
  return error instanceof Error && error.cause instanceof QueueError ? error.cause : undefined
}

function isOfSystem(error: Error): error is Error & { errno: number; code: string } {
  return 'errno' in error && typeof error.errno === 'number' && 'code' in error
}
