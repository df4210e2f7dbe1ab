import type { AckOutcome, LeaseOutcome, QueueEngine, WaitOptions } from '@millrace/queue'
import { QueueError } from '@millrace/queue'
import {
  type HotRequest,
  isManagement,
  isQueueError,
  type ManagementRequest,
  type MessageFields,
  type Request,
} from '@millrace/queue/protocol'
import type { Right } from './api.ts'
import type { Access } from './rights.ts'
import { type AnswerLimits, mostBytes, mostMessages, take } from './take.ts'

/** What has been done, to be answered. Leases of messages are as the engine knows them. */
export type Done =
  | { readonly kind: 'outcome'; readonly outcome: AckOutcome | LeaseOutcome }
  | { readonly kind: 'outcomes'; readonly outcomes: readonly AckOutcome[] }
  | { readonly kind: 'ids'; readonly ids: readonly string[] }
  | { readonly kind: 'full' }
  | { readonly kind: 'messages'; readonly messages: readonly MessageFields[] }
  | { readonly kind: 'value'; readonly value: unknown }

/** For whom something is done. */
export interface Client extends AnswerLimits {
  readonly engine: QueueEngine
  readonly access: Access
}

const NOW = { timeoutMs: 0 } as const

/**
 * Does what is asked for, if it may. It tries without waiting first: a signal costs more than a message. `waiting` is called when it has to
 * wait: it gives the signal that ends that, or throws.
 */
export function perform(client: Client, request: Request, waiting: () => AbortSignal): Promise<Done> {
  return isManagement(request) ? manage(client, request) : handle(client, request, waiting)
}

async function handle(client: Client, request: HotRequest, waiting: () => AbortSignal): Promise<Done> {
  const { engine, access } = client
  switch (request.kind) {
    case 'ack':
      return { kind: 'outcome', outcome: await engine.ack(access.unseal(request.lease)) }
    case 'ackMany': {
      const leases = request.leases.map((lease) => access.unseal(lease))
      return { kind: 'outcomes', outcomes: await engine.ackMany(leases) }
    }
    case 'nack': {
      const { lease, delayMs } = request
      const options = delayMs === undefined ? undefined : { delayMs }
      return { kind: 'outcome', outcome: await engine.nack(access.unseal(lease), options) }
    }
    case 'extend':
      return { kind: 'outcome', outcome: await engine.extend(access.unseal(request.lease), request.ms) }
    case 'receive':
      check(access, 'receive', request.name)
      return { kind: 'messages', messages: await take(engine, request, client, waiting) }
    case 'trySend': {
      check(access, 'send', request.name)
      const { body, ...options } = request.message
      const answer = await engine.trySend(request.name, body, options)
      return answer.outcome === 'full' ? { kind: 'full' } : sent(answer.id)
    }
    case 'send':
    case 'sendMany':
      check(access, 'send', request.name)
      try {
        return sent(await send(engine, request, NOW))
      } catch (error) {
        // Only in a queue where senders wait the second attempt does something else.
        if (request.timeoutMs === 0 || !(isQueueError(error) && error.code === 'full')) throw error
        return sent(await send(engine, request, { signal: waiting(), timeoutMs: request.timeoutMs }))
      }
  }
}

/** Gives one id, or several. */
function send(
  engine: QueueEngine,
  request: HotRequest & { readonly kind: 'send' | 'sendMany' },
  wait: WaitOptions,
): Promise<string | readonly string[]> {
  if (request.kind === 'sendMany') return engine.sendMany(request.name, request.messages, wait)
  const { body, ...options } = request.message
  return engine.send(request.name, body, { ...options, ...wait })
}

async function manage(client: Client, request: ManagementRequest): Promise<Done> {
  const { engine, access } = client
  if (request.kind !== 'peek') return { kind: 'value', value: await value(engine, access, request) }
  check(access, 'receive', request.name)
  const { name, max = 1, maxBytes } = request
  const limits = { max: mostMessages(max, client), maxBytes: mostBytes(maxBytes, client) }
  const messages = await engine.peek(name, limits)
  return { kind: 'messages', messages: messages.map((message) => ({ ...message, lease: '' })) }
}

async function value(engine: QueueEngine, access: Access, request: ManagementRequest): Promise<unknown> {
  if (request.kind === 'list') return (await engine.list()).filter((name) => access.sees(name))
  const { kind, name } = request
  if (kind === 'stats') {
    if (!access.sees(name)) throw refused('see', name)
    return engine.stats(name)
  }
  check(access, 'manage', name)
  if (kind === 'create') {
    const dead = request.options?.deadLetterQueue
    if (typeof dead === 'string') check(access, 'manage', dead)
    return engine.create(name, request.options)
  }
  if (kind === 'delete') return engine.delete(name, { force: request.force })
  if (kind === 'redrive') return engine.redrive(name, { max: request.max })
  return engine[kind as 'pause' | 'resume' | 'purge'](name)
}

function sent(ids: string | readonly string[]): Done {
  return { kind: 'ids', ids: typeof ids === 'string' ? [ids] : ids }
}

function check(access: Access, right: Right, queue: string): void {
  if (!access.may(right, queue)) throw refused(right, queue)
}

function refused(what: string, queue: string): QueueError {
  return new QueueError('refused', `the token does not give the right to ${what}: queue ${queue}`)
}
