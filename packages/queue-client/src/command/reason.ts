import { getSystemErrorMessage } from 'node:util'
import { QueueError, type QueueErrorCode } from '@millrace/queue'
import { oneLine } from './printable.ts'

/** What can be done about it. */
const ADVICE: { readonly [Code in QueueErrorCode]: string } = {
  missing: '"millrace-queue list" shows those that are there',
  conflict: 'delete it first, or give the options that it has',
  'in-flight': 'wait until they are acknowledged, or delete it with --force',
  full: 'receive or purge some messages, or make the queue with a larger --capacity or --capacity-bytes',
  timeout: 'receive or purge some messages, or wait longer',
  closed: 'try again',
  locked: 'if a server serves it, use --url',
  damaged: 'nothing has been changed; restore it from a copy, or move it away',
  'read-only': 'look after the disk, then open the queues anew',
  unknown: 'it may have been done or not; look with "stats" before doing it again',
  unreachable: 'start millrace-queue-server there, or name another server with --url or MILLRACE_QUEUE_URL',
  refused: 'give a token that has the right, by --token-file or MILLRACE_QUEUE_TOKEN',
  'too-large': 'send smaller messages, or let the server take larger ones',
  busy: 'try again later, or let the server take more',
  protocol:
    'check that it is a millrace-queue-server, of a version that fits, and that the URL says millraces:// if it speaks TLS',
}

/** What is wrong, in one line; of the system in its own words, for example `permission denied (EACCES)`. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return oneLine(String(error))
  if (isOfSystem(error)) return `${getSystemErrorMessage(error.errno)} (${error.code})`
  return oneLine(error.message.replaceAll('\n', ' '))
}

/** The same, and what can be done about it. */
export function sentenceOf(error: unknown): string {
  const reason = reasonOf(error)
  const code = codeOf(error)
  return code === undefined ? reason : `${reason}; ${ADVICE[code]}`
}

/** The code of a `QueueError`, or of one that it caused. */
export function codeOf(error: unknown): QueueErrorCode | undefined {
  if (error instanceof QueueError) return error.code
  return error instanceof Error && error.cause instanceof QueueError ? error.cause.code : undefined
}

function isOfSystem(error: Error): error is Error & { errno: number; code: string } {
  return 'errno' in error && typeof error.errno === 'number' && 'code' in error
}
