import type {
  AckOutcome,
  Body,
  ConsumeOptions,
  Consumer,
  Deleted,
  Durability,
  Handler,
  LeaseOutcome,
  Message,
  OutgoingMessage,
  PeekedMessage,
  PeekOptions,
  QueueError,
  QueueOptions,
  QueueStats,
  ReceiveOptions,
  SendOptions,
  TrySent,
  WaitOptions,
} from '@millrace/queue'
import * as check from '@millrace/queue/engine'
import { MAX_LEASES, type Request } from '@millrace/queue/protocol'
import type { ClientState, CloseOptions, QueueClient } from './api.ts'
import type { Limits } from './asked.ts'
import type { Requests } from './requests.ts'
import { checkClose } from './settings.ts'

const CLOSE_TIMEOUT_MS = 5000

/** The contract of queues, each call of which is checked and asked for. */
export class Client implements QueueClient {
  readonly #requests: Requests

  constructor(requests: Requests) {
    this.#requests = requests
  }

  get state(): ClientState {
    return this.#requests.standing.state
  }

  get lastError(): QueueError | undefined {
    return this.#requests.standing.lastError
  }

  get pending(): number {
    return this.#requests.pending
  }

  get connections(): number {
    return this.#requests.standing.connections
  }

  get durability(): Durability | undefined {
    return this.#requests.standing.durability
  }

  async create(name: string, options?: QueueOptions): Promise<boolean> {
    check.checkName('create', name)
    check.checkQueueOptions(options)
    return this.#ask({ kind: 'create', name, options })
  }

  async delete(name: string, options?: { readonly force?: boolean | undefined }): Promise<Deleted> {
    check.checkOptions('delete', options, ['force'])
    check.checkBoolean('delete: force', options?.force)
    return this.#named({ kind: 'delete', name, force: options?.force })
  }

  list(): Promise<string[]> {
    return this.#ask({ kind: 'list' })
  }

  async stats(name: string): Promise<QueueStats> {
    return this.#named({ kind: 'stats', name })
  }

  async pause(name: string): Promise<void> {
    return this.#named({ kind: 'pause', name })
  }

  async resume(name: string): Promise<void> {
    return this.#named({ kind: 'resume', name })
  }

  async peek(name: string, options?: PeekOptions): Promise<PeekedMessage[]> {
    check.checkPeek(options)
    return this.#named({ kind: 'peek', name, max: options?.max, maxBytes: options?.maxBytes })
  }

  async purge(name: string, options?: { readonly damaged?: boolean | undefined }): Promise<number> {
    check.checkOptions('purge', options, ['damaged'])
    check.checkBoolean('purge: damaged', options?.damaged)
    return this.#named({ kind: 'purge', name, damaged: options?.damaged })
  }

  async redrive(name: string, options?: { readonly max?: number | undefined }): Promise<number> {
    check.checkOptions('redrive', options, ['max'])
    check.checkCount('redrive: max', options?.max, 1)
    return this.#named({ kind: 'redrive', name, max: options?.max })
  }

  send(name: string, body: Body, options?: SendOptions & WaitOptions): Promise<string> {
    try {
      check.checkSend('send', body, options, true)
      if (options === undefined) return this.#named({ kind: 'send', name, message: { body } })
      const { signal: _, timeoutMs, ...message } = options
      return this.#named({ kind: 'send', name, message: { ...message, body }, timeoutMs }, options)
    } catch (error) {
      return Promise.reject(error)
    }
  }

  sendMany(name: string, messages: readonly OutgoingMessage[], options?: WaitOptions): Promise<string[]> {
    try {
      check.checkMessages(messages, options)
      return this.#named({ kind: 'sendMany', name, messages, timeoutMs: options?.timeoutMs }, options)
    } catch (error) {
      return Promise.reject(error)
    }
  }

  trySend(name: string, body: Body, options?: SendOptions): Promise<TrySent> {
    try {
      check.checkSend('trySend', body, options, false)
      return this.#named({ kind: 'trySend', name, message: options === undefined ? { body } : { ...options, body } })
    } catch (error) {
      return Promise.reject(error)
    }
  }

  receive(name: string, options?: ReceiveOptions): Promise<Message[]> {
    try {
      check.checkReceive(options)
      const { leaseMs, max = 1, maxBytes, maxMessageBytes, timeoutMs } = options ?? {}
      return this.#named({ kind: 'receive', name, max, maxBytes, maxMessageBytes, leaseMs, timeoutMs }, options)
    } catch (error) {
      return Promise.reject(error)
    }
  }

  ack(lease: string): Promise<AckOutcome> {
    try {
      check.checkLease('ack', lease)
      return this.#ask({ kind: 'ack', lease })
    } catch (error) {
      return Promise.reject(error)
    }
  }

  ackMany(leases: readonly string[]): Promise<AckOutcome[]> {
    try {
      check.checkLeases(leases)
      return leases.length <= MAX_LEASES ? this.#ask({ kind: 'ackMany', leases }) : this.#ackInParts(leases)
    } catch (error) {
      return Promise.reject(error)
    }
  }

  async nack(lease: string, options?: { readonly delayMs?: number | undefined }): Promise<LeaseOutcome> {
    check.checkOptions('nack', options, ['delayMs'])
    check.checkMs('nack: delayMs', options?.delayMs)
    check.checkLease('nack', lease)
    return this.#ask({ kind: 'nack', lease, delayMs: options?.delayMs })
  }

  async extend(lease: string, ms: number): Promise<LeaseOutcome> {
    check.checkMs('extend: ms', ms, false)
    check.checkLease('extend', lease)
    return this.#ask({ kind: 'extend', lease, ms })
  }

  consume(name: string, handler: Handler, options?: ConsumeOptions): Consumer {
    check.checkName('consume', name)
    check.checkConsume(handler, options)
    return check.consume(this, name, handler, options)
  }

  async close(options?: CloseOptions): Promise<void> {
    checkClose(options)
    await this.#requests.close(options?.timeoutMs ?? CLOSE_TIMEOUT_MS)
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  /** A request has so many leases and no more. */
  async #ackInParts(leases: readonly string[]): Promise<AckOutcome[]> {
    const parts: Promise<AckOutcome[]>[] = []
    for (let at = 0; at < leases.length; at += MAX_LEASES) {
      parts.push(this.#ask({ kind: 'ackMany', leases: leases.slice(at, at + MAX_LEASES) }))
    }
    return (await Promise.all(parts)).flat()
  }

  /** Asks for something of a queue. What is no name could not even be written. */
  #named<R>(request: Request & { readonly name: string }, limits?: Limits): Promise<R> {
    check.checkName(request.kind, request.name)
    return this.#ask(request, limits)
  }

  #ask<R>(request: Request, limits?: Limits): Promise<R> {
    return this.#requests.ask(request, limits) as Promise<R>
  }
}
