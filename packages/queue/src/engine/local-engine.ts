import { turn } from '@millrace/notify'
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
  QueueEngine,
  QueueOptions,
  QueueStats,
  ReceiveOptions,
  SendOptions,
  WaitOptions,
} from '../api.ts'
import { consume } from '../consume.ts'
import { QueueError } from '../errors.ts'
import * as check from '../options.ts'
import type { LeaseOf } from '../state/changes.ts'
import type { Journal } from './journal.ts'
import { leaseOf } from './lease.ts'
import { type Batch, isSame, type LocalQueue, withDefaults } from './local-queue.ts'
import type { LocalQueues } from './local-queues.ts'
import { toNewMessage } from './new-message.ts'
import { inSlices } from './slices.ts'

/** Messages on their way into a queue. */
interface Sending extends Batch {
  readonly queue: LocalQueue
}

/**
 * An engine in this process. All of its queues are in memory; a journal may remember them.
 *
 * INVARIANT  each method brings the state of all queues up to the time it is called at, before anything else, and serves those who wait before it is
 *            done. Time may bring so much that this takes several turns of the event loop.
 * INVARIANT  a change is answered when the journal has it safe, a delivery when it outlives the process. Once the journal has failed nothing is
 *            changed any more, and nobody waits.
 */
export class LocalEngine implements QueueEngine {
  readonly #queues: LocalQueues
  readonly #journal: Journal
  #closing: Promise<void> | undefined

  readonly #onClose: () => void

  /** Calls back when it has been closed. */
  constructor(queues: LocalQueues, journal: Journal, onClose: () => void = () => {}) {
    this.#queues = queues
    this.#journal = journal
    this.#onClose = onClose
  }

  get durability(): Durability {
    return this.#journal.durability
  }

  async create(name: string, options: QueueOptions = {}): Promise<boolean> {
    check.checkName('create', name)
    check.checkQueueOptions(options)
    this.#checkWritable()
    const whole = withDefaults(options)
    const there = this.#queues.find(name)
    if (there !== undefined) {
      if (isSame(there.options, whole)) {
        await this.#journal.safe() // It may have been made just now.
        return false
      }
      throw new QueueError('conflict', `there is a queue ${name} with other options`)
    }
    const { deadLetterQueue } = whole
    if (deadLetterQueue !== undefined) {
      if (deadLetterQueue === name) throw new TypeError(`create: deadLetterQueue: expected another queue than ${name}`)
      if (this.#queues.find(deadLetterQueue) === undefined) {
        throw new QueueError('missing', `create: deadLetterQueue: there is no queue ${deadLetterQueue}`)
      }
    }
    this.#journal.queue(this.#queues.add(name, whole))
    this.#journal.end()
    await this.#journal.safe()
    return true
  }

  async delete(name: string, options?: { readonly force?: boolean | undefined }): Promise<Deleted> {
    check.checkOptions('delete', options, ['force'])
    check.checkBoolean('delete: force', options?.force)
    const late = this.#queues.bringUp()
    if (late !== undefined) await late
    this.#checkWritable()
    const queue = this.#queues.get(name)
    const user = [...this.#queues.all].find(({ options: { deadLetterQueue } }) => deadLetterQueue === name)
    if (user !== undefined) throw new QueueError('conflict', `queue ${name} is the dead-letter queue of ${user.name}`)
    if (queue.state.inFlight > 0 && !options?.force) {
      throw new QueueError('in-flight', `${queue.state.inFlight} messages of queue ${name} are in flight`)
    }
    this.#queues.remove(queue)
    const deleted = queue.close(queue.deleted())
    this.#queues.changed(queue) // Nobody waits for it any more.
    this.#journal.deleted(queue)
    this.#journal.end()
    await this.#journal.safe()
    return deleted
  }

  async list(): Promise<string[]> {
    this.#checkOpen()
    await turn()
    return this.#queues.names
  }

  async stats(name: string): Promise<QueueStats> {
    await turn()
    await this.#queues.bringUp()
    this.#checkOpen()
    return this.#queues.get(name).stats(this.#queues.nowMs)
  }

  pause(name: string): Promise<void> {
    return this.#setPaused(name, true)
  }

  resume(name: string): Promise<void> {
    return this.#setPaused(name, false)
  }

  async peek(name: string, options?: PeekOptions): Promise<PeekedMessage[]> {
    check.checkPeek(options)
    await turn()
    await this.#queues.bringUp()
    this.#checkOpen()
    return this.#queues.get(name).peek(options?.max ?? 1, options?.maxBytes)
  }

  async purge(name: string): Promise<number> {
    const late = this.#queues.bringUp()
    if (late !== undefined) await late
    this.#checkWritable()
    const queue = this.#queues.get(name)
    const { ready, delayed } = queue.state
    const count = await inSlices(ready + delayed, (most) => {
      const done = this.#isThere(queue) ? queue.state.purge(most) : 0
      this.#queues.changed(queue)
      return { done, isOver: done === 0 }
    })
    await this.#journal.safe()
    return count
  }

  async redrive(name: string, options?: { readonly max?: number | undefined }): Promise<number> {
    check.checkOptions('redrive', options, ['max'])
    check.checkCount('redrive: max', options?.max, 1)
    const late = this.#queues.bringUp()
    if (late !== undefined) await late
    this.#checkWritable()
    const dead = this.#queues.get(name)
    const count = await this.#queues.deadLetters.redrive(dead, options?.max, () => this.#isThere(dead))
    await this.#journal.safe()
    return count
  }

  send(name: string, body: Body, options: SendOptions & WaitOptions = {}): Promise<string> {
    try {
      check.checkSend('send', body, options, true)
      return this.#send(this.#batch(name, [body], [options]), options, idOf)
    } catch (error) {
      return Promise.reject(error)
    }
  }

  async sendMany(name: string, messages: readonly OutgoingMessage[], options: WaitOptions = {}): Promise<string[]> {
    check.checkMessages(messages, options)
    const bodies = messages.map(({ body }) => body)
    return this.#send(this.#batch(name, bodies, messages), options, (ids) => ids)
  }

  async trySend(
    name: string,
    body: Body,
    options: SendOptions = {},
  ): Promise<{ readonly outcome: 'sent'; readonly id: string } | { readonly outcome: 'full' }> {
    check.checkSend('trySend', body, options, false)
    const batch = this.#batch(name, [body], [options])
    const late = this.#queues.bringUp()
    if (late !== undefined) await this.#after(late, batch)
    if (batch.queue.hasRoom(batch.messages, this.#queues.nowMs)) {
      return this.#send(batch, {}, (ids) => ({ outcome: 'sent', id: idOf(ids) }))
    }
    await turn()
    return { outcome: 'full' }
  }

  async receive(name: string, options: ReceiveOptions = {}): Promise<Message[]> {
    check.checkReceive(options)
    const late = this.#queues.bringUp()
    if (late !== undefined) await late
    this.#checkWritable()
    const queue = this.#queues.get(name)
    options.signal?.throwIfAborted()
    const wanted = queue.wanted(options)
    const { leaseMs } = wanted
    const messages = queue.tryReceive(wanted, this.#queues.nowMs)
    if (messages.length > 0 || options.timeoutMs === 0) {
      this.#queues.changed(queue)
      const due = this.#delivered(messages, leaseMs)
      if (due !== undefined) await due
      return messages
    }
    const waiting = queue.receive(wanted, options)
    this.#queues.await(queue)
    this.#queues.changed(queue)
    const given = await waiting
    await this.#delivered(given, leaseMs)
    return given
  }

  ack(lease: string): Promise<AckOutcome> {
    return this.#leased('ack', lease, (queue, of) => queue.state.ack(of))
  }

  async ackMany(leases: readonly string[]): Promise<AckOutcome[]> {
    check.checkLeases(leases)
    const all = leases.map((lease) => leaseOf('ackMany', lease))
    const late = this.#queues.bringUp()
    if (late !== undefined) await late
    this.#checkWritable()
    const touched = new Set<LocalQueue>()
    const outcomes = all.map((lease) => {
      const queue = this.#queues.byNumber(lease.queue)
      if (queue === undefined) return 'missing'
      touched.add(queue)
      return queue.state.ack(lease)
    })
    for (const queue of touched) this.#queues.changed(queue)
    const safe = this.#journal.safe()
    if (safe !== undefined) await safe
    return outcomes
  }

  async nack(lease: string, options?: { readonly delayMs?: number | undefined }): Promise<LeaseOutcome> {
    check.checkOptions('nack', options, ['delayMs'])
    check.checkMs('nack: delayMs', options?.delayMs)
    return this.#leased('nack', lease, (queue, of) => queue.state.nack(of, options?.delayMs ?? 0, this.#queues.nowMs))
  }

  async extend(lease: string, ms: number): Promise<LeaseOutcome> {
    check.checkMs('extend: ms', ms, false)
    return this.#leased('extend', lease, (queue, of) => queue.state.extend(of, ms, this.#queues.nowMs))
  }

  consume(name: string, handler: Handler, options?: ConsumeOptions): Consumer {
    check.checkName('consume', name)
    check.checkConsume(handler, options)
    return consume(this, name, handler, options)
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  async #close(): Promise<void> {
    this.#queues.close(new QueueError('closed', 'the engine has been closed'))
    try {
      await this.#journal.close()
    } finally {
      this.#onClose()
    }
  }

  /** Whether a queue has not been deleted meanwhile. Throws if nothing can be changed any more. */
  #isThere(queue: LocalQueue): boolean {
    this.#checkWritable()
    return this.#queues.find(queue.name) === queue
  }

  async #setPaused(name: string, isPaused: boolean): Promise<void> {
    const late = this.#queues.bringUp()
    if (late !== undefined) await late
    this.#checkWritable()
    const queue = this.#queues.get(name)
    queue.isPaused = isPaused
    this.#journal.queue(queue)
    this.#queues.changed(queue)
    await this.#journal.safe()
  }

  /** When messages may be handed out. A delivery without a lease is one that must not happen again. */
  #delivered(messages: readonly Message[], leaseMs: number): Promise<void> | undefined {
    for (let counted = 1; counted < messages.length; counted++) void turn() // They took as long as if each had been received alone.
    if (messages.length === 0) return turn()
    return leaseMs === 0 ? this.#journal.safe() : this.#journal.written()
  }

  /** Messages that are to go into a queue together, if nothing is in the way. */
  #batch(name: string, bodies: readonly Body[], each: readonly SendOptions[]): Sending {
    this.#checkWritable(bodies)
    const queue = this.#queues.get(name)
    const messages = bodies.map((body, index) => toNewMessage(body, each[index] as SendOptions, queue.options))
    return { queue, messages, bodies }
  }

  /** Sends, and gives what is told of the ids when that is safe. All in one: another function that awaits costs each message a promise. */
  async #send<R>(batch: Sending, options: WaitOptions, told: (ids: string[]) => R): Promise<R> {
    options.signal?.throwIfAborted()
    const { queue, messages, bodies } = batch
    const late = this.#queues.bringUp()
    if (late !== undefined) await this.#after(late, batch)
    let ids = queue.trySend(messages, this.#queues.nowMs)
    if (ids === undefined) ids = await this.#sendLate(batch, options)
    else this.#queues.changed(queue)
    try {
      const safe = this.#journal.safe()
      if (safe !== undefined) await safe
    } catch (error) {
      throw carrying(error as QueueError, bodies)
    }
    return told(ids)
  }

  /** The time is waited for that others take; what was to be sent has been copied before. */
  async #after(late: Promise<void>, { queue, bodies }: Sending): Promise<void> {
    await late
    this.#checkWritable(bodies)
    if (this.#queues.find(queue.name) !== queue) throw queue.deleted(bodies)
  }

  /** There is no room: waits for some, if it may. */
  async #sendLate(batch: Sending, options: WaitOptions): Promise<string[]> {
    const { queue, messages } = batch
    const isInVain = queue.canNeverHold(messages, this.#queues.nowMs)
    if (isInVain || queue.options.overflow === 'reject' || options.timeoutMs === 0) {
      await turn()
      throw queue.full(batch, isInVain)
    }
    const waiting = queue.send(batch, options)
    this.#queues.await(queue)
    this.#queues.changed(queue)
    return waiting
  }

  async #leased<R>(where: string, text: string, act: (queue: LocalQueue, lease: LeaseOf) => R): Promise<R | 'missing'> {
    const lease = leaseOf(where, text)
    const late = this.#queues.bringUp()
    if (late !== undefined) await late
    this.#checkWritable()
    const queue = this.#queues.byNumber(lease.queue)
    if (queue === undefined) return 'missing'
    const outcome = act(queue, lease)
    this.#queues.changed(queue)
    const safe = this.#journal.safe()
    if (safe !== undefined) await safe
    return outcome
  }

  #checkOpen(): void {
    if (this.#closing !== undefined) throw new QueueError('closed', 'the engine has been closed')
  }

  #checkWritable(bodies?: readonly Body[]): void {
    this.#checkOpen()
    const { failure } = this.#journal
    if (failure === undefined) return
    throw carrying(failure, bodies)
  }
}

function idOf([id]: readonly string[]): string {
  return id as string
}

/** The same error, which carries what was not sent. */
function carrying({ code, message, cause }: QueueError, bodies: readonly Body[] | undefined): QueueError {
  return new QueueError(code, message, { bodies, cause })
}
