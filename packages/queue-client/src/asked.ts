import { type Place, startTimer } from '@millrace/notify'
import { type Body, type Message, QueueError } from '@millrace/queue'
import {
  type Answer,
  isManagement,
  isQueueError,
  type Lane,
  laneOf,
  malformed,
  type Request,
} from '@millrace/queue/protocol'
import { givenUp, refusedAgain } from './loss.ts'
import { givenBack, owned } from './owned.ts'

/** What ends a wait of the caller. */
export interface Limits {
  readonly signal?: AbortSignal | undefined
  readonly timeoutMs?: number | undefined
}

/** Why a request is not wanted any more. */
export interface Unwanted {
  /** What it rejects with, unless it was too late. */
  readonly reason: unknown
  /** The client is closed: what comes under a lease could not be acknowledged. */
  readonly isClosing: boolean
}

/** Who is told that a request is not to go on. */
export interface AskedOwner {
  /** Its signal has aborted, for this reason. */
  aborted(asked: Asked, reason: unknown): void
  /** It has waited for so long. */
  expired(asked: Asked): void
  /** It is settled. */
  settled(asked: Asked): void
  /** These have come for it, and nobody waits for them any more. */
  undelivered(messages: readonly Message[]): void
}

/**
 * One request: what is asked, the promise of an answer, and what may end it early.
 *
 *     waiting ──written──▶ under way ──answer──▶ settled
 *        ▲                    │
 *        └── connection lost ─┘
 *
 * INVARIANT  settled once; then no listener and no timer is left.
 */
export class Asked implements Place {
  previous: Place | undefined
  next: Place | undefined
  list: { remove(place: Place): void } | undefined
  request: Request
  /** Settles when the request does. */
  readonly promise: Promise<unknown>
  /** Its place among all requests, by the time they were made. */
  readonly order: number
  /** When its time to wait is over: 0 if it has none, undefined if that never is. */
  readonly dueMs: number | undefined
  /** Bytes of its bodies. */
  readonly bodyBytes: number
  /** Where it waits, and which credit it takes. */
  readonly lane: Lane
  /** Its number on the connection, while it is under way. */
  number = 0
  /** Bytes of its frame, while it is under way. */
  frameBytes = 0
  /** The piece of the connection that it is written in; infinite if the server has said that it was not done. */
  piece = 0
  /** Whether it may have reached a server. */
  wasWritten = false
  /** How many connections soon ended with a reproach while it was under way. */
  reproaches = 0
  /** Why it is not wanted any more, if it is not. */
  unwanted: Unwanted | undefined
  isSettled = false
  #messages: Message[] | undefined
  readonly #signal: AbortSignal | undefined
  readonly #owner: AskedOwner
  #stopTimer: (() => void) | undefined
  #resolve!: (value: unknown) => void
  #reject!: (error: unknown) => void

  constructor(owner: AskedOwner, request: Request, order: number, { signal, timeoutMs }: Limits) {
    this.#owner = owner
    this.request = request
    this.order = order
    this.lane = laneOf(request)
    this.dueMs = timeoutMs === undefined || timeoutMs === Number.POSITIVE_INFINITY ? undefined : dueMs(timeoutMs)
    this.bodyBytes = bytesOf(request)
    this.promise = new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
    this.#signal = signal
    signal?.addEventListener('abort', this)
  }

  /** From now on the caller may change what was given. */
  own(): void {
    this.request = owned(this.request)
  }

  /** Called by the signal. */
  handleEvent(): void {
    this.#owner.aborted(this, this.#signal?.reason)
  }

  /** How much of its time is left. */
  get leftMs(): number {
    const { dueMs } = this
    if (dueMs === undefined) return Number.POSITIVE_INFINITY
    return dueMs === 0 ? 0 : Math.max(0, dueMs - performance.now())
  }

  /**
   * The request as it is now: with what is left of its time, and some always is of one that may wait: without it would be of another lane. A server
   * is told of a receive that it is asked again: only there it is known whether it takes messages for good.
   */
  get requestNow(): Request {
    const { request, dueMs } = this
    const now = this.wasWritten && request.kind === 'receive' ? { ...request, isAgain: true } : request
    if (dueMs === undefined || dueMs === 0) return now
    return { ...now, timeoutMs: Math.max(this.leftMs, Number.MIN_VALUE) } as Request
  }

  /** Has the owner told after so long; once, and instead of an earlier time. */
  limit(ms: number): void {
    this.#stopTimer?.()
    this.#stopTimer = ms === Number.POSITIVE_INFINITY ? undefined : startTimer(ms, () => this.#owner.expired(this))
  }

  /** Takes an answer. Whether it was the last. Throws a `QueueError` if it is one to something else. */
  answer(answer: Answer): boolean {
    const { kind } = this.request
    switch (answer.kind) {
      case 'messages':
        if (kind !== 'receive' && kind !== 'peek') throw stray(answer, this.request)
        if (this.#messages === undefined) this.#messages = answer.messages as Message[]
        else for (const message of answer.messages) this.#messages.push(message) // A call does not take so many.
        if (answer.isMore) return false
        this.#received(this.#messages)
        return true
      case 'outcomes':
        if (this.request.kind !== 'ackMany' || answer.outcomes.length !== this.request.leases.length) {
          throw stray(answer, this.request)
        }
        this.resolve(answer.outcomes)
        return true
      case 'ids':
        this.#sent(answer.ids)
        return true
      case 'full':
        if (kind !== 'trySend') throw stray(answer, this.request)
        if (this.wasWritten) this.reject(refusedAgain(this, new QueueError('full', 'the queue has no room now')))
        else this.resolve({ outcome: 'full' })
        return true
      case 'failure':
        this.reject(refusedAgain(this, this.#carrying(answer.error)), true)
        return true
      case 'cancelled':
        if (this.unwanted === undefined) throw stray(answer, this.request)
        this.reject(givenUp(this, this.unwanted.reason))
        return true
      case 'outcome':
        if (kind !== 'ack' && kind !== 'nack' && kind !== 'extend') throw stray(answer, this.request)
        this.resolve(answer.outcome)
        return true
      case 'value':
        if (!isManagement(this.request) || kind === 'peek') throw stray(answer, this.request)
        this.resolve(answer.value)
        return true
    }
  }

  /**
   * The rest of an answer will not come. Whether the part of it that came is the answer: so it is with messages that nobody else gets. Others the
   * server may have given to somebody else since; they go back.
   */
  cutShort(): boolean {
    const part = this.#messages
    this.#messages = undefined
    if (part === undefined || this.request.kind === 'peek') return false
    if (part.every(({ lease }) => lease === '')) this.resolve(part)
    else this.#owner.undelivered(part)
    return this.isSettled
  }

  /** An error about this request, which carries what was to be sent. */
  error(code: QueueError['code'], message: string, cause?: unknown): QueueError {
    const bodies = bodiesOf(this.request)
    if (bodies.length === 0) return new QueueError(code, message, { cause })
    return new QueueError(code, message, { bodies, dedupKeys: keysOf(this.request), cause })
  }

  resolve(value: unknown): void {
    if (this.isSettled) return
    this.#leave()
    this.#resolve(value)
  }

  /** What is made here, and not given by the caller, tells in its stack who awaits it. */
  reject(error: unknown, isOurs: boolean = isQueueError(error) && error !== this.#signal?.reason): void {
    if (this.isSettled) return
    this.#leave()
    if (isOurs) this.#resolve(rejection(error as Error))
    else this.#reject(error)
  }

  #received(messages: readonly Message[]): void {
    if (this.request.kind === 'peek') this.resolve(messages.map(({ lease: _, ...seen }) => seen))
    else if (this.isSettled || (this.unwanted?.isClosing && messages.some(({ lease }) => lease !== ''))) {
      this.#owner.undelivered(messages)
      this.reject(this.unwanted?.reason)
    } else this.resolve(messages)
  }

  #sent(ids: readonly string[]): void {
    const { request } = this
    const [id] = ids
    if (request.kind === 'sendMany' && ids.length === request.messages.length) this.resolve(ids)
    else if (ids.length !== 1) throw malformed(`${ids.length} ids for ${request.kind}`)
    else if (request.kind === 'send') this.resolve(id)
    else if (request.kind === 'trySend') this.resolve({ outcome: 'sent', id })
    else throw malformed(`ids for ${request.kind}`)
  }

  #carrying(error: Error): Error {
    return isQueueError(error) && bodiesOf(this.request).length > 0 ? this.error(error.code, error.message) : error
  }

  #leave(): void {
    this.isSettled = true
    this.#stopTimer?.()
    this.#signal?.removeEventListener('abort', this)
    this.#owner.settled(this)
  }
}

/**
 * Rejects with the error, whose stack is that of who awaits this: it was made where the answer came, of which the caller knows nothing.
 *
 * INVARIANT  it rejects in the turn after whoever resolves with it has registered, so that the engine finds the way to the caller.
 */
function rejection(error: Error): Promise<never> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const rejected = promise.then(() => {
    Error.captureStackTrace(error)
    throw error
  })
  queueMicrotask(resolve)
  return rejected
}

function stray(answer: Answer, request: Request): QueueError {
  return malformed(`${answer.kind} for ${request.kind}`)
}

function dueMs(timeoutMs: number): number {
  return timeoutMs === 0 ? 0 : performance.now() + timeoutMs
}

function bodiesOf(request: Request): readonly Body[] {
  if (request.kind === 'send' || request.kind === 'trySend') return [givenBack(request.message.body)]
  return request.kind === 'sendMany' ? request.messages.map(({ body }) => givenBack(body)) : []
}

function keysOf(request: Request): readonly (string | undefined)[] {
  if (request.kind === 'send' || request.kind === 'trySend') return [request.message.dedupKey]
  return request.kind === 'sendMany' ? request.messages.map(({ dedupKey }) => dedupKey) : []
}

function bytesOf(request: Request): number {
  let bytes = 0
  if (request.kind === 'send' || request.kind === 'trySend') bytes = request.message.body.length
  else if (request.kind === 'sendMany') for (const { body } of request.messages) bytes += body.length
  else if (request.kind === 'ackMany') for (const lease of request.leases) bytes += lease.length
  return bytes
}
