import { startTimer } from '@millrace/notify'
import { type Durability, type Message, QueueError } from '@millrace/queue'
import { type Answer, malformed, type Request, type Welcome } from '@millrace/queue/protocol'
import type { ClientState } from './api.ts'
import { Asked, type AskedOwner, type Limits } from './asked.ts'
import type { Connection } from './connection.ts'
import { InFlight } from './in-flight.ts'
import { Lane } from './lane.ts'
import { Link, type LinkUser } from './link.ts'
import { isHarmless, isSafe } from './loss.ts'
import type { Settings, Target } from './settings.ts'
import { Waiting } from './waiting.ts'

/** A server that does not answer a `cancel` in this time is not waited for. */
const CANCEL_MS = 1000
/** A request that was under way when the server ended so many connections with a reproach is what it reproaches. */
const MOST_REPROACHES = 3

const NO_LIMITS: Limits = {}

/** A connection that can be written to, and what is under way there. */
interface Open {
  readonly connection: Connection
  readonly inFlight: InFlight
}

/**
 * All requests of a client, and the link they go by.
 *
 *     ask ──▶ waiting ──credit──▶ in flight ──▶ answered
 *                ▲                   │
 *                └── lost, and safe ─┘
 *
 * INVARIANT  each request is in `waiting`, in flight, or settled. A settled one may be in flight until its answer comes: what it brings goes back.
 * INVARIANT  the link keeps the process alive exactly while a request is not settled.
 */
export class Requests implements AskedOwner, LinkUser {
  /** How often there was a connection. */
  connections = 0
  /** Requests that are not settled. */
  pending = 0
  lastError: QueueError | undefined
  durability: Durability | undefined
  state: ClientState = 'reconnecting'
  readonly #settings: Settings
  readonly #link: Link
  readonly #onStateChange: ((state: ClientState, error: QueueError | undefined) => void) | undefined
  readonly #waiting = new Waiting()
  readonly #hasRoom = (lane: Lane): boolean => this.#open?.inFlight.hasRoom(lane) === true && !this.#isLeaving
  #open: Open | undefined
  /** The server takes no more on this connection. */
  #isLeaving = false
  #isReproached = false
  #pendingBytes = 0
  #order = 0
  #first: { readonly resolve: () => void; readonly reject: (error: unknown) => void } | undefined
  #closing: Promise<void> | undefined
  #onDrained: (() => void) | undefined

  constructor(
    target: Target,
    settings: Settings,
    onStateChange: ((state: ClientState, error: QueueError | undefined) => void) | undefined,
  ) {
    this.#settings = settings
    this.#onStateChange = onStateChange
    this.#link = new Link(target, settings, this)
  }

  /** Resolves when there is a connection; rejects if the first attempt fails, or with the reason of the signal. Then it has ended. */
  async start(signal: AbortSignal | undefined): Promise<void> {
    const onAbort = (): void => this.#first?.reject(signal?.reason)
    signal?.addEventListener('abort', onAbort)
    try {
      await new Promise<void>((resolve, reject) => {
        this.#first = { resolve, reject }
        if (signal?.aborted) onAbort()
      })
    } catch (error) {
      this.#closing = Promise.resolve()
      this.#link.destroy(closed())
      throw error
    } finally {
      this.#first = undefined
      signal?.removeEventListener('abort', onAbort)
      this.#link.keepAlive(this.pending > 0)
    }
  }

  /** Asks for something. What is wrong with it has been refused. */
  ask(request: Request, limits: Limits = NO_LIMITS): Promise<unknown> {
    const asked = new Asked(this, request, this.#order++, limits)
    this.pending++
    this.#pendingBytes += asked.bodyBytes
    const { signal } = limits
    if (this.#closing !== undefined) asked.reject(asked.error('closed', 'the client has been closed'))
    else if (signal?.aborted) asked.reject(signal.reason)
    else if (this.#isTooMuch(asked)) asked.reject(asked.error('busy', this.#tooMuch()))
    else this.#begin(asked)
    return asked.promise
  }

  /** Ends as `QueueClient.close` says. */
  close(timeoutMs: number): Promise<void> {
    this.#closing ??= this.#close(timeoutMs)
    return this.#closing
  }

  connected(connection: Connection, welcome: Welcome): void {
    this.#open = { connection, inFlight: new InFlight(welcome) }
    this.#isLeaving = this.#isReproached = false
    this.durability = welcome.durability
    this.connections++
    this.#turn('connected')
    this.#first?.resolve()
    this.#pump()
  }

  answered(answer: Answer, number: number): void {
    const inFlight = this.#open?.inFlight as InFlight
    const asked = inFlight.at(number)
    if (asked === undefined) throw malformed(`an answer to ${number}, which nobody asked`)
    if (this.#isLeaving && answer.kind === 'failure' && isUnreachable(answer.error)) {
      if (asked.unwanted === undefined) {
        asked.piece = Number.POSITIVE_INFINITY
        return
      }
      asked.reject(asked.unwanted.reason)
    } else if (!asked.answer(answer)) return
    inFlight.finish(asked)
    this.#pump()
  }

  leaving(error: QueueError): void {
    this.#isLeaving = true
    this.#isReproached = error.code === 'protocol' || error.code === 'too-large'
    this.#turn('reconnecting', error)
    this.#checkDrained()
  }

  lost(error: QueueError): void {
    const open = this.#open as Open
    this.#open = undefined
    this.#turn('reconnecting', error)
    const again = open.inFlight.all().filter((asked) => this.#isToBeAskedAgain(asked, open.connection, error))
    if (this.#closing !== undefined)
      for (const asked of again) asked.reject(asked.error('closed', error.message, error))
    else this.#park([...again, ...this.#waiting.takeAll()].sort((a, b) => a.order - b.order))
    this.#checkDrained()
  }

  failed(error: QueueError): void {
    this.#first?.reject(error)
    this.lastError = error
    const { code, message } = error
    if (code !== 'refused' && code !== 'protocol') return
    // To wait does not help.
    for (const asked of this.#waiting.takeAll()) asked.reject(asked.error(code, message, error))
  }

  aborted(asked: Asked, reason: unknown): void {
    if (asked.number === 0 || asked.piece === Number.POSITIVE_INFINITY) {
      asked.list?.remove(asked)
      asked.reject(this.#ending(asked, reason))
    } else if (asked.unwanted === undefined) {
      this.#cancel(asked, reason, false)
      asked.limit(CANCEL_MS)
    }
  }

  expired(asked: Asked): void {
    if (asked.unwanted !== undefined) {
      asked.wasWritten = true
      asked.reject(this.#ending(asked, asked.unwanted.reason))
      return
    }
    const isConnected = this.#open !== undefined && !this.#isLeaving
    if (isConnected && leftMs(asked) > 0) {
      asked.limit(leftMs(asked))
      return
    }
    asked.list?.remove(asked)
    if (!isConnected) asked.reject(this.#unreachable(asked))
    else if (asked.request.kind === 'receive') asked.resolve([])
    else asked.reject(asked.error('timeout', 'the server took no more requests in time'))
  }

  settled(asked: Asked): void {
    this.#pendingBytes -= asked.bodyBytes
    if (--this.pending === 0) this.#link.keepAlive(this.#first !== undefined)
  }

  undelivered(messages: readonly Message[]): void {
    for (const { lease } of messages) {
      if (lease === '') continue // At most once: nobody can give it back.
      const asked = new Asked(this, { kind: 'nack', lease }, this.#order++, NO_LIMITS)
      this.pending++
      asked.promise.catch(() => {}) // The lease will be over some time.
      this.#begin(asked)
    }
  }

  #begin(asked: Asked): void {
    if (this.pending === 1) this.#link.keepAlive(true)
    if (this.#waiting.isEmpty && this.#hasRoom(asked.lane)) this.#write(asked)
    else {
      this.#park([asked])
      this.#pump()
    }
  }

  /** Has requests wait for their turn, or for a connection. */
  #park(all: readonly Asked[]): void {
    const isConnected = this.#open !== undefined && !this.#isLeaving
    for (const asked of all) {
      this.#waiting.add(asked)
      const ownMs = leftMs(asked)
      const isPatient = asked.request.kind === 'receive' && asked.dueMs === undefined
      if (!isConnected) asked.limit(isPatient ? ownMs : Math.min(ownMs, this.#settings.unreachableMs))
      else if (asked.lane !== Lane.prompt) asked.limit(ownMs)
    }
  }

  #pump(): void {
    for (;;) {
      const asked = this.#waiting.next(this.#hasRoom)
      if (asked === undefined) break
      asked.limit(Number.POSITIVE_INFINITY)
      this.#write(asked)
    }
    this.#checkDrained()
  }

  #write(asked: Asked): void {
    const { connection, inFlight } = this.#open as Open
    try {
      const bytes = connection.encoder.request(inFlight.freeNumber(), asThen(asked))
      inFlight.begin(asked, bytes)
    } catch (error) {
      asked.reject(error instanceof QueueError ? asked.error(error.code, error.message) : error)
      return
    }
    asked.piece = connection.writes
    connection.due()
    if (this.#closing !== undefined && asked.lane !== Lane.prompt) this.#cancel(asked, this.#closed(asked), true)
  }

  #cancel(asked: Asked, reason: unknown, isClosing: boolean): void {
    const { connection } = this.#open as Open
    asked.unwanted = { reason, isClosing }
    connection.encoder.cancel(asked.number)
    connection.due()
  }

  /** What becomes of a request whose connection was lost. */
  #isToBeAskedAgain(asked: Asked, connection: Connection, cause: QueueError): boolean {
    const isWritten = asked.piece < connection.writes
    asked.number = 0
    asked.wasWritten ||= isWritten
    if (asked.cutShort() || asked.isSettled) return false
    if (asked.unwanted !== undefined) {
      asked.reject(this.#ending(asked, asked.unwanted.reason))
      return false
    }
    if (isWritten && this.#isReproached) asked.reproaches++
    if (!isWritten || (isSafe(asked.request) && asked.reproaches < MOST_REPROACHES)) return true
    const { kind } = asked.request
    asked.reject(
      asked.error(
        'unknown',
        `the connection was lost before the answer to ${kind}; it may have been done, or not`,
        cause,
      ),
    )
    return false
  }

  /** What a request rejects with that is not wanted any more, and will not be answered. */
  #ending(asked: Asked, reason: unknown): unknown {
    const { kind } = asked.request
    if (!asked.wasWritten || isHarmless(asked.request)) return reason
    return asked.error('unknown', `${kind} was given up before it was answered; it may have been done, or not`, reason)
  }

  #unreachable(asked: Asked): QueueError {
    const { lastError } = this
    const why = lastError === undefined ? 'there is no connection' : lastError.message
    if (!asked.wasWritten || isHarmless(asked.request)) return asked.error('unreachable', why, lastError)
    return asked.error('unknown', `${why}; ${asked.request.kind} may have been done before, or not`, lastError)
  }

  async #close(timeoutMs: number): Promise<void> {
    this.#turn('closed')
    for (const asked of this.#waiting.takeAll()) {
      if (this.#open === undefined || this.#isLeaving || asked.lane === Lane.receive) asked.reject(this.#closed(asked))
      else this.#waiting.add(asked)
    }
    for (const asked of this.#open?.inFlight.all() ?? []) {
      if (asked.lane !== Lane.prompt && !asked.isSettled && asked.unwanted === undefined) {
        this.#cancel(asked, this.#closed(asked), true)
      }
    }
    await this.#drained(timeoutMs)
    const rest = [...this.#waiting.takeAll(), ...(this.#open?.inFlight.all() ?? [])]
    for (const asked of rest) {
      asked.wasWritten ||= asked.number !== 0
      asked.reject(this.#ending(asked, this.#closed(asked)))
    }
    await (rest.length === 0 && this.#open !== undefined ? this.#link.end() : this.#link.destroy(closed()))
  }

  /** Resolves when nothing is under way any more, or so much later. */
  #drained(timeoutMs: number): Promise<void> {
    return new Promise((resolve) => {
      const stop = startTimer(timeoutMs, resolve)
      this.#onDrained = () => {
        stop()
        resolve()
      }
      this.#checkDrained()
    })
  }

  #checkDrained(): void {
    if (this.#onDrained === undefined) return
    if (this.#open === undefined || (this.#open.inFlight.length === 0 && this.#waiting.isEmpty)) this.#onDrained()
  }

  #turn(state: ClientState, error?: QueueError): void {
    if (error !== undefined) this.lastError = error
    if (this.state === state || this.state === 'closed') return
    const isFirst = this.#first !== undefined
    this.state = state
    const { lastError } = this
    const onStateChange = this.#onStateChange
    // What it throws is not to harm what goes on here.
    if (onStateChange !== undefined && !isFirst) queueMicrotask(() => onStateChange(state, lastError))
  }

  #isTooMuch({ bodyBytes }: Asked): boolean {
    const { maxPending, maxPendingBytes } = this.#settings
    return this.pending > maxPending || (bodyBytes > 0 && this.#pendingBytes - bodyBytes >= maxPendingBytes)
  }

  #tooMuch(): string {
    const { maxPending, maxPendingBytes } = this.#settings
    return `at most ${maxPending} requests, and ${maxPendingBytes} bytes of bodies, may be without an answer`
  }

  #closed(asked: Asked): QueueError {
    return asked.error('closed', 'the client has been closed')
  }
}

/** The request as it is now: with what is left of its time. */
function asThen(asked: Asked): Request {
  const { request, dueMs } = asked
  if (dueMs === undefined || dueMs === 0) return request
  return { ...request, timeoutMs: leftMs(asked) } as Request
}

function leftMs({ dueMs }: Asked): number {
  if (dueMs === undefined) return Number.POSITIVE_INFINITY
  return dueMs === 0 ? 0 : Math.max(0, dueMs - performance.now())
}

function isUnreachable(error: Error): boolean {
  return error instanceof QueueError && error.code === 'unreachable'
}

function closed(): QueueError {
  return new QueueError('closed', 'the client has been closed')
}
