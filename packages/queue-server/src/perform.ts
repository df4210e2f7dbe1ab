import type { OutgoingMessage, PeekedMessage, QueueEngine, SendOptions } from '@millrace/queue'
import { QueueError } from '@millrace/queue'
import { type OnWait, receiveAgain, receiveLent, sendManyServed, sendServed } from '@millrace/queue/engine'
import {
  type HotRequest,
  isManagement,
  type ManagementRequest,
  type MessageFields,
  type Request,
} from '@millrace/queue/protocol'
import type { Right } from './api.ts'
import type { Access } from './rights.ts'
import { type AnswerLimits, mostBytes, mostMessages, wantedOf } from './wanted.ts'

/** For whom something is done. */
export interface Client extends AnswerLimits {
  readonly engine: QueueEngine
  readonly access: Access
}

/** How long a send waits. */
interface Wait {
  readonly timeoutMs?: number
}

const NONE: Wait = {}

/** Has the engine do what is asked for, and gives what it says. What waits calls `onWait`. Throws, or rejects, if it may not be done. */
export function perform(client: Client, request: Request, onWait: OnWait): Promise<unknown> {
  return isManagement(request) ? manage(client, request) : handle(client, request, onWait)
}

function handle(client: Client, request: HotRequest, onWait: OnWait): Promise<unknown> {
  const { engine, access } = client
  switch (request.kind) {
    case 'ack':
      return engine.ack(access.unseal(request.lease))
    case 'ackMany':
      return engine.ackMany(request.leases.map((lease) => access.unseal(lease)))
    case 'nack': {
      const { lease, delayMs } = request
      return engine.nack(access.unseal(lease), delayMs === undefined ? undefined : { delayMs })
    }
    case 'extend':
      return engine.extend(access.unseal(request.lease), request.ms)
    case 'receive':
      check(access, 'receive', request.name)
      return (request.isAgain === true ? receiveAgain : receiveLent)(
        engine,
        request.name,
        wantedOf(request, client),
        onWait,
      )
    case 'trySend':
      check(access, 'send', request.name)
      return engine.trySend(request.name, request.message.body, optionsOf(request.message, NONE))
    case 'send': {
      check(access, 'send', request.name)
      const { name, message } = request
      return sendServed(engine, name, message.body, optionsOf(message, waitOf(request)), onWait)
    }
    case 'sendMany':
      check(access, 'send', request.name)
      return sendManyServed(engine, request.name, request.messages, waitOf(request), onWait)
  }
}

/** How a message is sent, which nearly always has nothing but a body. */
function optionsOf(message: OutgoingMessage, wait: Wait): SendOptions & Wait {
  for (const name in message) {
    if (name === 'body') continue
    const { body: _, ...options } = message
    return Object.assign(options, wait)
  }
  return wait
}

function waitOf({ timeoutMs }: { readonly timeoutMs?: number | undefined }): Wait {
  return timeoutMs === undefined ? NONE : { timeoutMs }
}

async function manage({ engine, access, ...limits }: Client, request: ManagementRequest): Promise<unknown> {
  if (request.kind === 'list') return (await engine.list()).filter((name) => access.sees(name))
  const { kind, name } = request
  if (kind === 'stats') {
    if (!access.sees(name)) throw refused('see', name)
    return engine.stats(name)
  }
  if (kind === 'peek') {
    check(access, 'receive', name)
    const { max = 1, maxBytes } = request
    const messages = await engine.peek(name, { max: mostMessages(max, limits), maxBytes: mostBytes(maxBytes, limits) })
    return messages.map(withoutLease)
  }
  check(access, 'manage', name)
  if (kind === 'create') {
    const dead = request.options?.deadLetterQueue
    if (typeof dead === 'string') check(access, 'manage', dead)
    return engine.create(name, request.options)
  }
  if (kind === 'delete') return engine.delete(name, { force: request.force })
  if (kind === 'purge') return engine.purge(name, { damaged: request.damaged })
  if (kind === 'redrive') return engine.redrive(name, { max: request.max })
  return engine[kind](name)
}

function withoutLease(message: PeekedMessage): MessageFields {
  return { ...message, lease: '' }
}

function check(access: Access, right: Right, queue: string): void {
  if (!access.may(right, queue)) throw refused(right, queue)
}

function refused(what: string, queue: string): QueueError {
  return new QueueError('refused', `the token does not give the right to ${what}: queue ${queue}`)
}
