import type { Body, OutgoingMessage } from '@millrace/queue'
import type { Request } from '@millrace/queue/protocol'

/**
 * A request as it is now, whatever the caller does later to what was given: it may be written late, and once more on another connection. What
 * can change nobody is not copied.
 */
export function owned(request: Request): Request {
  switch (request.kind) {
    case 'send':
    case 'trySend': {
      const message = ownMessage(request.message)
      return message === request.message ? request : { ...request, message }
    }
    case 'sendMany':
      return { ...request, messages: request.messages.map((message) => ownMessage({ ...message })) }
    case 'ackMany':
      return { ...request, leases: [...request.leases] }
    case 'create':
      return { ...request, options: request.options && { ...request.options } }
    default:
      return request
  }
}

/** The same object if nothing of it can change: the object itself is the client's. */
function ownMessage(message: OutgoingMessage): OutgoingMessage {
  const { body, headers } = message
  if (typeof body === 'string' && headers === undefined) return message
  return { ...message, body: ownBody(body), ...(headers === undefined ? undefined : { headers: { ...headers } }) }
}

/** An error gives it back: it is of the kind that was given. */
function ownBody(body: Body): Body {
  if (typeof body === 'string') return body
  return Buffer.isBuffer(body) ? Buffer.from(body) : new Uint8Array(body)
}
