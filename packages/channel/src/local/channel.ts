import { checkWaitOptions, WaitList, type WaitOptions } from '@millrace/notify'
import type { Ring, Value } from '@millrace/ring'
import type { SendOutcome } from '../api.ts'
import { ClosedError } from '../errors.ts'
import { turn } from '../turn.ts'
import { ReceiveMany, ReceiveOne, type ReceiveWait, SendWait } from './waits.ts'

/** The send that did not wait, for everybody: nothing in it tells one from another. */
const SENT: Promise<void> = Promise.resolve()

/** Microtasks between a value and the wake it causes. */
const WAKE_DELAY = 1

/**
 * The state that all endpoints of one local channel share: values in a ring, and who waits on either side.
 *
 *     send ──▶ waiting senders ──admit──▶ ring ──serve──▶ waiting receivers ──▶ receive
 *
 * The wake is coalesced. Handing each value to a parked receiver at once makes both sides park on every item; here the
 * value goes into the ring and the wake runs a few microtasks later, when there is more to hand out.
 *
 * INVARIANT  waiting senders exist only while the ring is full. Room goes to them, in their order, in the call that makes it;
 *            only their promises are resolved later, in the wake.
 * INVARIANT  the first `receivers.length` values of the ring are promised to waiting receivers. A newcomer hands them
 *            out and takes what is beyond them, or waits behind them: first come is first served across the delayed wake.
 * INVARIANT  while a waiting receiver could be served or an admitted sender resolved, a wake is scheduled.
 */
export class LocalChannel<T extends Value> {
  readonly #ring: Ring<T>
  readonly #receivers = new WaitList<ReceiveWait<T>>()
  readonly #senders = new WaitList<SendWait<T>>()
  readonly #admitted = new WaitList<SendWait<T>>()
  #senderCount = 0
  #receiverCount = 0
  #closed = false
  #closeError: unknown
  #wakeDelay = 0
  #wakeScheduled = false
  readonly #wake = (): void => this.#runWake()

  constructor(ring: Ring<T>) {
    this.#ring = ring
  }

  /** Counts an endpoint in. */
  attach(side: 'sender' | 'receiver'): void {
    if (side === 'sender') this.#senderCount++
    else this.#receiverCount++
  }

  /**
   * Counts an endpoint out. The last of a side closes the channel; after the last receiver what is queued has nobody
   * left to receive it and is let go.
   */
  detach(side: 'sender' | 'receiver'): void {
    const left = side === 'sender' ? --this.#senderCount : --this.#receiverCount
    if (left > 0) return
    this.close(undefined)
    if (side === 'receiver' && this.#receivers.length === 0) this.#ring.popMany(this.#ring.length)
  }

  get capacity(): number {
    return this.#ring.capacity
  }

  get length(): number {
    return this.#ring.length
  }

  get closed(): boolean {
    return this.#closed
  }

  send(value: T, options: WaitOptions | undefined): Promise<void> {
    if (options !== undefined) checkWaitOptions(options)
    if (value === undefined) refuseUndefined()
    if (options?.signal?.aborted) return Promise.reject(options.signal.reason)
    const outcome = this.trySend(value)
    if (outcome === 'sent') return turn() ?? SENT
    if (outcome === 'closed') return Promise.reject(new ClosedError(value))
    const wait = new SendWait(value)
    this.#senders.add(wait)
    if (options !== undefined) wait.limit(options)
    return wait.promise
  }

  trySend(value: T): SendOutcome {
    if (this.#closed) {
      if (value === undefined) refuseUndefined()
      return 'closed'
    }
    if (!this.#ring.push(value)) return 'full'
    if (this.#receivers.length > 0) this.#scheduleWake()
    return 'sent'
  }

  receive(options: WaitOptions | undefined): Promise<T | undefined> {
    if (options !== undefined) {
      checkWaitOptions(options)
      if (options.signal?.aborted) return Promise.reject(options.signal.reason)
    }
    const value = this.take()
    if (value !== undefined) {
      const due = turn()
      return due === undefined ? Promise.resolve(value) : due.then(() => value)
    }
    if (this.#ended()) return this.#end(undefined)
    return this.#park(new ReceiveOne<T>(), options)
  }

  receiveMany(max: number, options: WaitOptions | undefined): Promise<T[]> {
    checkMax(max)
    if (options !== undefined) {
      checkWaitOptions(options)
      if (options.signal?.aborted) return Promise.reject(options.signal.reason)
    }
    if (this.#hasSpare()) {
      const values = this.#ring.popMany(max)
      this.#admit()
      const due = turn()
      return due === undefined ? Promise.resolve(values) : due.then(() => values)
    }
    if (this.#ended()) return this.#end([])
    return this.#park(new ReceiveMany<T>(max), options)
  }

  /** Takes the oldest value that is not promised to a waiting receiver; `undefined` if there is none. */
  take(): T | undefined {
    if (!this.#hasSpare()) return undefined
    const value = this.#ring.pop()
    if (this.#senders.length > 0) this.#admit()
    return value
  }

  tryReceive(): T | undefined {
    const value = this.take()
    if (value === undefined && this.#closeError !== undefined && this.#ended()) throw this.#closeError
    return value
  }

  close(error: unknown): void {
    if (this.#closed) return
    this.#closed = true
    this.#closeError = error
    for (let wait = this.#senders.takeFirst(); wait !== undefined; wait = this.#senders.takeFirst()) {
      wait.fail(new ClosedError(wait.value))
    }
    if (this.#receivers.length > 0) this.#scheduleWake()
  }

  /** Whether a newcomer finds a value at the head; those who wait have got theirs by then. */
  #hasSpare(): boolean {
    const waiting = this.#receivers.length
    if (waiting === 0) return this.#ring.length > 0
    if (this.#ring.length <= waiting) return false
    this.#serve()
    return this.#ring.length > 0
  }

  #park<R>(wait: ReceiveWait<T, R>, options: WaitOptions | undefined): Promise<R> {
    this.#receivers.add(wait)
    if (options !== undefined) wait.limit(options)
    return wait.promise
  }

  /** Closed and nothing left to wait for; while others wait, a wake is scheduled that ends them first. */
  #ended(): boolean {
    return this.#closed && this.#ring.length === 0 && this.#receivers.length === 0
  }

  #end<R>(result: R): Promise<R> {
    return this.#closeError === undefined ? Promise.resolve(result) : Promise.reject(this.#closeError)
  }

  /** Moves values of waiting senders into the room there is. From here on they are sent: abort comes too late. */
  #admit(): void {
    for (
      let wait = this.#senders.first;
      wait !== undefined && this.#ring.push(wait.value);
      wait = this.#senders.first
    ) {
      this.#senders.remove(wait)
      wait.unlimit()
      this.#admitted.add(wait)
    }
    if (this.#admitted.length > 0) this.#scheduleWake()
  }

  #scheduleWake(): void {
    if (this.#wakeScheduled) return
    this.#wakeScheduled = true
    this.#wakeDelay = WAKE_DELAY
    queueMicrotask(this.#wake)
  }

  #runWake(): void {
    const due = turn()
    if (due !== undefined) {
      due.then(this.#wake)
      return
    }
    if (this.#wakeDelay-- > 0) {
      queueMicrotask(this.#wake)
      return
    }
    this.#serve()
    for (let wait = this.#admitted.takeFirst(); wait !== undefined; wait = this.#admitted.takeFirst()) wait.wake()
    this.#wakeScheduled = false
  }

  #serve(): void {
    while (this.#ring.length > 0) {
      const wait = this.#receivers.takeFirst()
      if (wait === undefined) return
      wait.take(this.#ring)
      this.#admit()
    }
    if (!this.#closed) return
    for (let wait = this.#receivers.takeFirst(); wait !== undefined; wait = this.#receivers.takeFirst()) {
      if (this.#closeError === undefined) wait.end()
      else wait.fail(this.#closeError)
    }
  }
}

function checkMax(max: number): void {
  if (Number.isInteger(max) && max >= 1) return
  throw new RangeError(`max: expected an integer from 1, got ${String(max)}`)
}

function refuseUndefined(): never {
  throw new TypeError('value: undefined is never a value; it means "closed and drained" (null can be sent)')
}
