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
  TrySent,
  WaitOptions,
} from '../api.ts'
import { consume } from '../consume.ts'
import { QueueError } from '../errors.ts'
import * as check from '../options.ts'
import type { LeaseOf } from '../state/changes.ts'
import type { Journal } from './journal.ts'
import { leaseOf } from './lease.ts'
import type { LocalQueue } from './local-queue.ts'
import type { LocalQueues } from './local-queues.ts'
import { purge, purgeDamaged } from './purging.ts'
import { isSame, withDefaults } from './queue-options.ts'
import { AGAIN, LENT, PLAIN, Receiving } from './receiving.ts'
import { Sending } from './sending.ts'
import { Standing } from './standing.ts'
import type { OnWait } from './waits.ts'

/**
 * An engine in this process. All of its queues are in memory; a journal may remember them.
 *
 * INVARIANT  each method that looks at queues, or changes them, first brings all up to the time it is called at. Time may have brought so much that
 *            this takes several turns of the event loop; then it goes on in the order in which it was called. Those who wait are served before it
 *            is done.
 * INVARIANT  a change is answered when the journal has it safe, a delivery when it outlives the process. Once the journal has failed nothing is
 *            changed any more, and nobody waits.
 */
export class LocalEngine implements QueueEngine {
  readonly #queues: LocalQueues
  readonly #journal: Journal
  readonly #standing: Standing
  readonly #sending: Sending
  readonly #receiving: Receiving
  #closing: Promise<void> | undefined

  readonly #onClose: () => void

  /** Calls back when it has been closed. */
  constructor(queues: LocalQueues, journal: Journal, onClose: () => void = () => {}) {
    this.#queues = queues
    this.#journal = journal
    this.#standing = new Standing(journal)
    this.#sending = new Sending(queues, journal, this.#standing)
    this.#receiving = new Receiving(queues, journal, this.#standing)
    this.#onClose = onClose
  }

  /** Whether it is one that does this as they do, and not another object that passes its calls on. */
  static isOne(engine: QueueEngine, method: 'receive' | 'send' | 'sendMany'): engine is LocalEngine {
    return #queues in engine && engine[method] === LocalEngine.prototype[method]
  }

  get durability(): Durability {
    return this.#journal.durability
  }

  async create(name: string, options: QueueOptions = {}): Promise<boolean> {
    check.checkName('create', name)
    check.checkQueueOptions(options)
    const late = this.#queues.bringUp()
    if (late !== undefined) await late
    this.#standing.checkWritable()
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
    this.#standing.checkWritable()
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
    this.#standing.checkOpen()
    await turn()
    return this.#queues.names
  }

  async stats(name: string): Promise<QueueStats> {
    await turn()
    await this.#queues.bringUp()
    this.#standing.checkOpen()
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
    this.#standing.checkOpen()
    return this.#queues.get(name).peek(options?.max ?? 1, options?.maxBytes)
  }

  async purge(name: string, options?: { readonly damaged?: boolean | undefined }): Promise<number> {
    check.checkOptions('purge', options, ['damaged'])
    check.checkBoolean('purge: damaged', options?.damaged)
    const late = this.#queues.bringUp()
    if (late !== undefined) await late
    this.#standing.checkWritable()
    const queue = this.#queues.get(name)
    const purger = { isThere: () => this.#isThere(queue), changed: () => this.#queues.changed(queue) }
    const count = await (options?.damaged ? purgeDamaged(queue, purger) : purge(queue, purger))
    await this.#journal.safe()
    return count
  }

  async redrive(name: string, options?: { readonly max?: number | undefined }): Promise<number> {
    check.checkOptions('redrive', options, ['max'])
    check.checkCount('redrive: max', options?.max, 1)
    const late = this.#queues.bringUp()
    if (late !== undefined) await late
    this.#standing.checkWritable()
    const dead = this.#queues.get(name)
    const count = await this.#queues.deadLetters.redrive(dead, options?.max, () => this.#isThere(dead))
    await this.#journal.safe()
    return count
  }

  /** With `onWait` the wait can be ended without a signal. */
  send(name: string, body: Body, options?: SendOptions & WaitOptions, onWait?: OnWait): Promise<string> {
    return this.#sending.send(name, body, options, onWait)
  }

  /** As `send`. */
  sendMany(
    name: string,
    messages: readonly OutgoingMessage[],
    options?: WaitOptions,
    onWait?: OnWait,
  ): Promise<string[]> {
    return this.#sending.sendMany(name, messages, options, onWait)
  }

  trySend(name: string, body: Body, options?: SendOptions): Promise<TrySent> {
    return this.#sending.trySend(name, body, options)
  }

  receive(name: string, options: ReceiveOptions = {}): Promise<Message[]> {
    return this.#receiving.receive(name, options, PLAIN)
  }

  /** Bodies that are in memory are not copied, and the wait can be ended without a signal. With `isAgain` it has to lease what it takes. */
  receiveLent(name: string, options: ReceiveOptions, onWait?: OnWait, isAgain = false): Promise<Message[]> {
    return this.#receiving.receive(name, options, isAgain ? AGAIN : LENT, onWait)
  }

  ack(lease: string): Promise<AckOutcome> {
    return this.#leased('ack', lease, (queue, of) => queue.state.ack(of))
  }

  async ackMany(leases: readonly string[]): Promise<AckOutcome[]> {
    check.checkLeases(leases)
    const all = leases.map((lease) => leaseOf('ackMany', lease))
    const late = this.#queues.bringUp()
    if (late !== undefined) await late
    this.#standing.checkWritable()
    const touched = new Set<LocalQueue>()
    const outcomes = all.map((lease) => {
      const queue = this.#queues.giverOf(lease)
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
    this.#standing.isClosed = true
    this.#queues.close(new QueueError('closed', 'the engine has been closed'))
    try {
      await this.#journal.close()
    } finally {
      this.#onClose()
    }
  }

  /** Whether a queue has not been deleted meanwhile. Throws if nothing can be changed any more. */
  #isThere(queue: LocalQueue): boolean {
    this.#standing.checkWritable()
    return this.#queues.find(queue.name) === queue
  }

  async #setPaused(name: string, isPaused: boolean): Promise<void> {
    const late = this.#queues.bringUp()
    if (late !== undefined) await late
    this.#standing.checkWritable()
    const queue = this.#queues.get(name)
    queue.isPaused = isPaused
    this.#journal.queue(queue)
    this.#queues.changed(queue)
    await this.#journal.safe()
  }

  async #leased<R>(where: string, text: string, act: (queue: LocalQueue, lease: LeaseOf) => R): Promise<R | 'missing'> {
    const lease = leaseOf(where, text)
    const late = this.#queues.bringUp()
    if (late !== undefined) await late
    this.#standing.checkWritable()
    const queue = this.#queues.giverOf(lease)
    if (queue === undefined) return 'missing'
    const outcome = act(queue, lease)
    this.#queues.changed(queue)
    const safe = this.#journal.safe()
    if (safe !== undefined) await safe
    return outcome
  }
}
