import { startTimer } from '@millrace/notify'
import { type Message, QueueError } from '@millrace/queue'
import { type Answer, isQueueError, Lane, malformed, type Request, type Welcome } from '@millrace/queue/protocol'
import { Asked, type AskedOwner, type Limits } from './asked.ts'
import type { Connection } from './connection.ts'
import { InFlight } from './in-flight.ts'
import { Link, type LinkUser } from './link.ts'
import { closed, givenUp, isInDoubt, isReproach, isSafe, lost, refusedAgain, unreachable } from './loss.ts'
import { Quota } from './quota.ts'
import type { Settings, Target } from './settings.ts'
import type { Standing } from './standing.ts'
import { Waiting } from './waiting.ts'

/** A server that does not answer a `cancel` in this time is not waited for. */
const CANCEL_MS = 1000
/** A request that was under way on so many connections that soon ended with a reproach is what was wrong with them. */
const MOST_REPROACHES = 3

const NO_LIMITS: Limits = {}

/** A connection that can be written to, and what is under way there. */
interface Open {
  readonly connection: Connection
  readonly inFlight: InFlight
  readonly quietMs: number
  readonly openedAt: number
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
  /** How they stand. */
  readonly standing: Standing
  readonly #settings: Settings
  readonly #link: Link
  readonly #waiting = new Waiting()
  readonly #hasRoom = (asked: Asked): boolean => this.#open?.inFlight.hasRoom(asked) === true && !this.#isLeaving
  #open: Open | undefined
  /** The server takes no more on this connection. */
  #isLeaving = false
  /** So many requests in flight it has refused since; they wait for the next. */
  #refused = 0
  readonly #quota: Quota
  #order = 0
  #first: { readonly resolve: () => void; readonly reject: (error: unknown) => void } | undefined
  #closing: Promise<void> | undefined
  #onDrained: (() => void) | undefined

  /** Begins to connect. */
  constructor(target: Target, settings: Settings, standing: Standing) {
    this.#settings = settings
    this.#quota = new Quota(settings)
    this.standing = standing
    this.#link = new Link(target, settings, this)
  }

  /** Requests that are not settled. */
  get pending(): number {
    return this.#quota.pending
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
      // Here it is known who awaits the first connection.
      if (isQueueError(error) && error !== signal?.reason) Error.captureStackTrace(error)
      this.#closing = Promise.resolve()
      this.#link.destroy(ended())
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
    this.#quota.add(asked)
    const { signal } = limits
    if (this.#closing !== undefined) asked.reject(closed(asked))
    else if (signal?.aborted) asked.reject(signal.reason)
    else if (this.#quota.isExceededBy(asked)) asked.reject(asked.error('busy', this.#quota.words))
    else {
      asked.own()
      this.#begin(asked)
    }
    return asked.promise
  }

  /** Ends as `QueueClient.close` says. */
  close(timeoutMs: number): Promise<void> {
    this.#closing ??= this.#close(timeoutMs)
    return this.#closing
  }

  connected(connection: Connection, welcome: Welcome): void {
    const { durability, quietMs } = welcome
    this.#open = { connection, inFlight: new InFlight(welcome), quietMs, openedAt: performance.now() }
    this.#isLeaving = false
    this.#refused = 0
    this.standing.connected(durability)
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
        this.#refused++
        this.#leaveIfDone()
        return
      }
      asked.reject(givenUp(asked, asked.unwanted.reason))
    } else if (!asked.answer(answer)) return
    inFlight.finish(asked)
    if (this.#isLeaving) this.#leaveIfDone()
    else this.#pump()
  }

  leaving(error: QueueError): void {
    this.#isLeaving = true
    this.standing.unconnected(error)
    this.#leaveIfDone()
  }

  lost(error: QueueError): void {
    const open = this.#open as Open
    this.#open = undefined
    this.standing.unconnected(error)
    const again = open.inFlight.all().filter((asked) => this.#isToBeAskedAgain(asked, open, error))
    if (this.#closing !== undefined)
      for (const asked of again) asked.reject(givenUp(asked, asked.error('closed', error.message, error)))
    else this.#park([...again, ...this.#waiting.takeAll()]) // In each lane those under way were made first.
    this.#checkDrained()
  }

  failed(error: QueueError): void {
    this.#first?.reject(error)
    this.standing.unconnected(error)
    const { code, message } = error
    if (code !== 'refused' && code !== 'protocol') return
    // To wait does not help.
    for (const asked of this.#waiting.takeAll()) asked.reject(refusedAgain(asked, asked.error(code, message, error)))
  }

  aborted(asked: Asked, reason: unknown): void {
    if (asked.number === 0 || asked.piece === Number.POSITIVE_INFINITY) {
      asked.list?.remove(asked)
      asked.reject(givenUp(asked, reason))
    } else if (asked.unwanted === undefined) {
      this.#cancel(asked, reason, false)
      asked.limit(CANCEL_MS)
    }
  }

  expired(asked: Asked): void {
    if (asked.unwanted !== undefined) {
      asked.wasWritten = true
      asked.reject(givenUp(asked, asked.unwanted.reason))
      return
    }
    const isConnected = this.#open !== undefined && !this.#isLeaving
    if (isConnected && asked.leftMs > 0) {
      asked.limit(asked.leftMs)
      return
    }
    asked.list?.remove(asked)
    if (!isConnected) asked.reject(unreachable(asked, this.standing.lastError))
    else if (asked.request.kind === 'receive' && !isInDoubt(asked)) asked.resolve([])
    else {
      const why = 'the server took no more of its kind in time, of all queues of this client together'
      asked.reject(refusedAgain(asked, asked.error('timeout', why)))
    }
  }

  settled(asked: Asked): void {
    this.#quota.remove(asked)
    if (this.pending === 0) this.#link.keepAlive(this.#first !== undefined)
  }

  undelivered(messages: readonly Message[]): void {
    for (const { lease } of messages) {
      if (lease === '') continue // At most once: nobody can give it back.
      const asked = new Asked(this, { kind: 'nack', lease }, this.#order++, NO_LIMITS)
      this.#quota.add(asked)
      asked.promise.catch(() => {}) // The lease will be over some time.
      this.#begin(asked)
    }
  }

  #begin(asked: Asked): void {
    if (this.pending === 1) this.#link.keepAlive(true)
    if (this.#waiting.isEmpty && this.#hasRoom(asked)) this.#write(asked)
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
      const ownMs = asked.leftMs
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
      const bytes = connection.encoder.request(inFlight.freeNumber(), asked.requestNow)
      inFlight.begin(asked, bytes)
    } catch (error) {
      asked.reject(isQueueError(error) ? givenUp(asked, asked.error(error.code, error.message)) : error)
      return
    }
    asked.piece = connection.writes
    connection.due()
    if (this.#closing !== undefined && asked.lane !== Lane.prompt) this.#cancel(asked, closed(asked), true)
  }

  #cancel(asked: Asked, reason: unknown, isClosing: boolean): void {
    const { connection } = this.#open as Open
    asked.unwanted = { reason, isClosing }
    connection.encoder.cancel(asked.number)
    connection.due()
  }

  /** What becomes of a request whose connection was lost. */
  #isToBeAskedAgain(asked: Asked, open: Open, cause: QueueError): boolean {
    const isWritten = asked.piece < open.connection.writes
    asked.number = 0
    asked.wasWritten ||= isWritten
    if (asked.cutShort() || asked.isSettled) return false
    if (asked.unwanted !== undefined) {
      asked.reject(givenUp(asked, asked.unwanted.reason))
      return false
    }
    if (isWritten && isReproach(cause, open)) asked.reproaches++
    if (!isWritten || (isSafe(asked.request) && asked.reproaches < MOST_REPROACHES)) return true
    asked.reject(lost(asked, cause))
    return false
  }

  async #close(timeoutMs: number): Promise<void> {
    this.standing.closed()
    for (const asked of this.#waiting.takeAll()) {
      if (this.#open !== undefined && !this.#isLeaving && asked.lane !== Lane.receive) this.#waiting.add(asked)
      else asked.reject(givenUp(asked, closed(asked)))
    }
    // The last one first: so none is let in where one leaves that waited in front of it.
    for (const asked of this.#open?.inFlight.all().reverse() ?? []) {
      if (asked.lane !== Lane.prompt && !asked.isSettled && asked.unwanted === undefined) {
        this.#cancel(asked, closed(asked), true)
      }
    }
    await this.#drained(timeoutMs)
    const rest = [...this.#waiting.takeAll(), ...(this.#open?.inFlight.all() ?? [])]
    for (const asked of rest) {
      asked.wasWritten ||= asked.number !== 0
      asked.reject(givenUp(asked, closed(asked)))
    }
    await (rest.length === 0 && this.#open !== undefined ? this.#link.end() : this.#link.destroy(ended()))
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

  /** A connection on which nothing will be answered any more is of no use. */
  #leaveIfDone(): void {
    const { connection, inFlight } = this.#open as Open
    if (this.#refused === inFlight.length) connection.destroy(this.standing.lastError as QueueError)
    this.#checkDrained()
  }

  #checkDrained(): void {
    if (this.#onDrained === undefined) return
    if (this.#open === undefined || (this.#open.inFlight.length === 0 && this.#waiting.isEmpty)) this.#onDrained()
  }
}

function isUnreachable(error: Error): boolean {
  return isQueueError(error) && error.code === 'unreachable'
}

function ended(): QueueError {
  return new QueueError('closed', 'the client has been closed')
}
