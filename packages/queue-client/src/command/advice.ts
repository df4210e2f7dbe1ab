import { reasonOf } from '@millrace/command'
import type { QueueError, QueueErrorCode } from '@millrace/queue'
import { NO_GREETING } from '../connection.ts'
import { queueErrorOf } from './reason.ts'

/** What can be done about it, by whom typed this verb. */
type Advice = string | ((error: QueueError, verb: string | undefined) => string)

const ADVICE: { readonly [Code in QueueErrorCode]: Advice } = {
  missing: '"millrace-queue list" shows those that are there',
  conflict: (_, verb) =>
    verb === 'delete' ? 'delete that one first' : 'delete it first, or give the options that it has',
  'in-flight': 'wait until they are acknowledged, or delete it with --force',
  full: 'receive or purge some messages, or make the queue with a larger --capacity or --capacity-bytes',
  timeout: 'receive or purge some messages, or wait longer',
  closed: 'try again',
  locked: 'if a server serves it, use --url',
  damaged: ({ message }) =>
    message.startsWith('the body of ')
      ? 'it stays until "millrace-queue purge --damaged" drops it; others can be received'
      : 'nothing has been changed; restore it from a copy, or move it away',
  'read-only': 'look after the disk, then open the queues anew',
  unknown: 'it may have been done or not; look with "stats" before doing it again',
  unreachable: reaching,
  refused: 'give one that has the right, by --token-file or MILLRACE_QUEUE_TOKEN',
  'too-large': 'send smaller messages, or let the server take larger ones',
  busy: 'try again later, or let the server take more',
  protocol:
    'check that it is a millrace-queue-server, of a version that fits, and that the URL says millraces:// if it speaks TLS',
}

/** Who signed a certificate is not trusted. */
const UNTRUSTED = [
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'CERT_UNTRUSTED',
]

/** What is wrong, in one line, and what can be done about it. */
export function sentenceOf(error: unknown, verb?: string): string {
  const reason = reasonOf(error)
  const refusal = queueErrorOf(error)
  if (refusal === undefined) return reason
  const advice = ADVICE[refusal.code]
  return `${reason}; ${typeof advice === 'string' ? advice : advice(refusal, verb)}`
}

function reaching({ message, cause }: QueueError): string {
  const code = String(Object(cause).code)
  if (UNTRUSTED.includes(code)) return 'name the certificate of who signed it, or itself, with --ca-file'
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') return 'name the server in the URL as its certificate does'
  if (code.startsWith('CERT_')) return 'give the server a certificate that holds'
  if (code.startsWith('ERR_SSL_')) return 'if it speaks no TLS, the URL has to say millrace://'
  if (message.endsWith(NO_GREETING)) return 'if it speaks TLS, the URL has to say millraces://'
  return 'start millrace-queue-server there, or name another server with --url or MILLRACE_QUEUE_URL'
}
