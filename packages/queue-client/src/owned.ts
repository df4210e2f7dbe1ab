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

/** Of the kind that was given. Node puts short ones together in one piece of memory: one of its own costs more than a short body has bytes. */
function ownBody(body: Body): Body {
  if (typeof body === 'string') return body
  const own = Buffer.from(body)
  return Buffer.isBuffer(body) ? own : new Uint8Array(own.buffer, own.byteOffset, own.length)
}

/** A body as an error gives it back: whoever gets it may do with its memory what they like, as they could with what they gave. */
export function givenBack(body: Body): Body {
  return typeof body === 'string' || Buffer.isBuffer(body) ? body : new Uint8Array(body)
}
