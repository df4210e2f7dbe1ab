import { type AckOutcome, type LeaseOutcome, type Message, QueueError } from '@millrace/queue'
import {
  ByNumber,
  Credit,
  isQueueError,
  type Lane,
  laneOf,
  MESSAGE_FRAME_BYTES,
  type MessageFields,
  malformed,
  type Request,
} from '@millrace/queue/protocol'
import type { Share } from './memory.ts'
import type { Outbox } from './outbox.ts'
import { type Client, perform } from './perform.ts'
import type { Access } from './rights.ts'
import type { Served } from './served.ts'
import { Turns } from './turns.ts'

/** A request that is not answered. */
interface Pending {
  readonly number: number
  readonly bytes: number
  readonly lane: Lane
  /** Ends its wait. */
  cancel: ((reason: unknown) => void) | undefined
  isCancelled: boolean
  /** Whether it has a turn, and has not left. */
  hasTurn: boolean
}

/** What a wait ends with that is not wanted any more. */
const CANCELLED: unique symbol = Symbol('cancelled')

/**
 * The requests of one connection.
 *
 *     start ──▶ pending ──the engine has done it──▶ answered
 *                  │ cancel, close: what waits ends ──▶ answered `cancelled`, `unreachable`
 *                  └ end: what waits ends; messages that are received all the same go back
 *
 * INVARIANT  each request is answered once, unless the connection ends before.
 */
export class Requests {
  readonly #served: Served
  readonly #client: Client
  readonly #outbox: Outbox
  readonly #share: Share
  readonly #credit: Credit
  readonly #turns: Turns
  readonly #pending = new ByNumber<Pending>()
  readonly #onAnswered: () => void
  #closing: QueueError | undefined
  #hasEnded = false

  /** Calls back when a request has been answered. */
  constructor(served: Served, access: Access, outbox: Outbox, share: Share, onAnswered: () => void) {
    const { engine, limits } = served
    this.#served = served
    const maxMessageBytes = outbox.encoder.maxFrameBytes - MESSAGE_FRAME_BYTES
    this.#client = { engine, access, maxAnswerBytes: limits.maxAnswerBytes, maxMessageBytes }
    this.#outbox = outbox
    this.#share = share
    this.#credit = new Credit(limits)
    this.#turns = new Turns(() => outbox.bytes < limits.maxUnreadBytes)
    this.#onAnswered = onAnswered
  }

  /** How many are not answered. */
  get length(): number {
    return this.#pending.size
  }

  /** Begins a request of so many bytes. Throws a `QueueError` with code `protocol` if its number is in use. */
  start(number: number, request: Request, bytes: number): void {
    const { tallies } = this.#served
    tallies.requests[request.kind]++
    if (number === 0 || this.#pending.get(number) !== undefined)
      throw malformed(`${number} is no free number for a request`)
    const lane = laneOf(request)
    const refusal = this.#refusal(lane)
    if (refusal !== undefined) {
      this.#fail(number, refusal)
      return
    }
    const pending: Pending = { number, bytes, lane, cancel: undefined, isCancelled: false, hasTurn: false }
    this.#pending.add(pending)
    this.#credit.take(lane, bytes)
    this.#share.change(bytes)
    tallies.pending++
    if (request.kind === 'receive' || request.kind === 'peek') {
      this.#turns.enter(() => this.#takeTurn(pending, request))
    } else {
      this.#run(pending, request)
    }
  }

  /** Answers have been written. */
  goOn(): void {
    this.#turns.goOn()
  }

  /** A request is not wanted any more. If it has been answered that is no news. */
  cancel(number: number): void {
    const pending = this.#pending.get(number)
    if (pending === undefined) return
    pending.isCancelled = true
    pending.cancel?.(CANCELLED)
  }

  /** Takes no requests any more, and ends those that wait. */
  close(error: QueueError): void {
    this.#closing = error
    for (const { cancel } of this.#pending) cancel?.(error)
    this.#turns.letGo()
  }

  /** Nobody hears answers any more: what is not on its way goes back. */
  end(): void {
    if (this.#hasEnded) return
    this.#hasEnded = true
    for (const { number } of this.#pending) this.cancel(number)
    this.#turns.letGo()
    this.#giveBack(this.#outbox.takeUndelivered())
  }

  #takeTurn(pending: Pending, request: Request): void {
    pending.hasTurn = true
    if (pending.isCancelled) this.#failed(pending, CANCELLED)
    else if (this.#closing !== undefined) this.#failed(pending, this.#closing)
    else this.#run(pending, request)
  }

  #leaveTurn(pending: Pending): void {
    if (!pending.hasTurn) return
    pending.hasTurn = false
    this.#turns.leave()
  }

  /** Does what is asked for. */
  #run(pending: Pending, request: Request): void {
    try {
      // An engine of somebody else may give what is no promise.
      Promise.resolve(perform(this.#client, request, (cancel) => this.#waits(pending, cancel))).then(
        (value) => this.#succeeded(pending, request, value),
        (error) => this.#failed(pending, error),
      )
    } catch (error) {
      this.#failed(pending, error)
    }
  }

  /** A request waits, unless it is not wanted any more. */
  #waits(pending: Pending, cancel: (reason: unknown) => void): void {
    this.#leaveTurn(pending)
    pending.cancel = cancel
    if (pending.isCancelled) cancel(CANCELLED)
    else if (this.#closing !== undefined) cancel(this.#closing)
  }

  #refusal(lane: Lane): QueueError | undefined {
    if (this.#closing !== undefined) return this.#closing
    if (this.#credit.isLeft(lane)) return undefined
    const { maxRequests, maxRequestBytes } = this.#served.limits
    return new QueueError(
      'busy',
      `a connection has of each kind at most ${maxRequests} requests and ${maxRequestBytes} bytes under way`,
    )
  }

  #succeeded(pending: Pending, request: Request, value: unknown): void {
    this.#leave(pending)
    if (this.#hasEnded) {
      if (request.kind === 'receive') this.#giveBack((value as readonly Message[]).map(leaseOf))
      return
    }
    try {
      this.#answer(pending.number, request, value)
    } catch (error) {
      this.#fail(pending.number, error)
    }
    this.#answered(pending)
  }

  #failed(pending: Pending, error: unknown): void {
    this.#leave(pending)
    if (error !== CANCELLED) this.#fail(pending.number, error)
    else {
      this.#served.tallies.cancelled++
      if (!this.#hasEnded) this.#outbox.encoder.cancelled(pending.number)
    }
    this.#answered(pending)
  }

  #answered(pending: Pending): void {
    this.#leaveTurn(pending) // With its answer encoded: whoever comes next knows how much room is left.
    if (this.#hasEnded) return
    this.#outbox.due()
    this.#onAnswered()
  }

  /** Encodes what the engine has said to a request. */
  #answer(number: number, { kind }: Request, value: unknown): void {
    const { encoder } = this.#outbox
    switch (kind) {
      case 'ack':
      case 'nack':
      case 'extend':
        encoder.outcome(number, value as AckOutcome | LeaseOutcome)
        break
      case 'ackMany':
        encoder.outcomes(number, value as readonly AckOutcome[])
        break
      case 'send':
        encoder.ids(number, [value as string])
        break
      case 'sendMany':
        encoder.ids(number, value as readonly string[])
        break
      case 'trySend': {
        const { id } = value as { readonly id?: string }
        if (id === undefined) encoder.full(number)
        else encoder.ids(number, [id])
        break
      }
      case 'receive':
      case 'peek':
        this.#deliver(number, value as readonly MessageFields[])
        break
      default:
        encoder.value(number, value)
    }
  }

  #deliver(number: number, messages: readonly MessageFields[]): void {
    let count = 0
    try {
      count = this.#outbox.messages(number, messages, this.#client.access)
    } finally {
      // The others are larger than the client takes: an engine that gives them all the same has very long leases or ids.
      if (count < messages.length) this.#giveBack(messages.slice(count).map(leaseOf))
    }
  }

  #fail(number: number, error: unknown): void {
    const { tallies, onError } = this.#served
    if (isQueueError(error)) {
      const isFirst = tallies.failures[error.code]++ === 0
      if (isFirst && error.code === 'read-only') onError(error) // Only this one is about all that comes after it.
    } else if (error instanceof TypeError || error instanceof RangeError) tallies.failures.misuse++
    else {
      tallies.failures.unknown++
      onError(error)
    }
    if (this.#hasEnded) return
    this.#outbox.encoder.failure(number, error)
    this.#outbox.due()
  }

  #leave(pending: Pending): void {
    this.#pending.remove(pending)
    this.#credit.giveBack(pending.lane, pending.bytes)
    this.#served.tallies.pending--
    if (!this.#hasEnded) this.#share.change(-pending.bytes)
  }

  #giveBack(leases: readonly string[]): void {
    for (const lease of leases) {
      if (lease === '') continue // Delivered without a lease: at most once.
      this.#client.engine.nack(lease).then(
        (outcome) => {
          if (outcome === 'held') this.#served.tallies.returned++
        },
        () => {}, // The lease will be over some time.
      )
    }
  }
}

function leaseOf({ lease }: MessageFields): string {
  return lease
}
