import { startTimer } from '@millrace/notify'
import type {
  AckOutcome,
  Body,
  ConsumeOptions,
  Consumer,
  Deleted,
  Handler,
  LeaseOutcome,
  Message,
  OutgoingMessage,
  PeekedMessage,
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
import type { LeaseOf } from '../state/queue-state.ts'
import type { NewMessage, Stored } from '../state/stored.ts'
import { leaseOf } from './lease.ts'
import { LocalQueue, withDefaults } from './local-queue.ts'
import { toNewMessage } from './new-message.ts'

/** Tells the time in milliseconds, and never goes back. */
export interface Clock {
  now(): number
}

/**
 * An engine in the memory of this process.
 *
 * INVARIANT  each method brings the state of all queues up to the time it is called at, and serves those who wait before it is done.
 * INVARIANT  a timer runs exactly while somebody waits and time may bring what they wait for.
 */
export class MemoryEngine implements QueueEngine {
  readonly #clock: Clock
  readonly #queues = new Map<string, LocalQueue>()
  readonly #byNumber = new Map<number, LocalQueue>()
  /** The queues that somebody waits for, and perhaps some for which nobody does any more. */
  readonly #awaited = new Set<LocalQueue>()
  #nextNumber = 1
  /** Nothing happens by itself before. It may be too early: what was due then may be gone. */
  #dueMs = Number.POSITIVE_INFINITY
  #timer: { readonly atMs: number; readonly stop: () => void } | undefined
  #isClosed = false

  constructor(clock: Clock) {
    this.#clock = clock
  }

  async create(name: string, options: QueueOptions = {}): Promise<boolean> {
    check.checkName('create', name)
    check.checkQueueOptions(options)
    this.#checkOpen()
    const whole = withDefaults(options)
    const there = this.#queues.get(name)
    if (there !== undefined) {
      if (isSame(there.options, whole)) return false
      throw new QueueError('conflict', `there is a queue ${name} with other options`)
    }
    const { deadLetterQueue } = whole
    if (deadLetterQueue !== undefined) {
      if (deadLetterQueue === name) throw new TypeError(`create: deadLetterQueue: expected another queue than ${name}`)
      this.#queue(deadLetterQueue)
    }
    const queue = new LocalQueue(name, this.#nextNumber++, whole, {
      left: () => this.#changed(queue),
      bury: (message) => this.#bury(queue, message),
    })
    this.#queues.set(name, queue)
    this.#byNumber.set(queue.number, queue)
    return true
  }

  async delete(name: string, options?: { readonly force?: boolean | undefined }): Promise<Deleted> {
    check.checkOptions('delete', options, ['force'])
    check.checkBoolean('delete: force', options?.force)
    const queue = this.#settled(name)
    const user = [...this.#queues.values()].find(({ options: { deadLetterQueue } }) => deadLetterQueue === name)
    if (user !== undefined) throw new QueueError('conflict', `queue ${name} is the dead-letter queue of ${user.name}`)
    if (queue.state.inFlight > 0 && !options?.force) {
      throw new QueueError('in-flight', `${queue.state.inFlight} messages of queue ${name} are in flight`)
    }
    this.#queues.delete(name)
    this.#byNumber.delete(queue.number)
    const deleted = queue.close(new QueueError('closed', `queue ${name} has been deleted`))
    this.#arm()
    return deleted
  }

  async list(): Promise<string[]> {
    this.#checkOpen()
    return [...this.#queues.keys()]
  }

  async stats(name: string): Promise<QueueStats> {
    return this.#settled(name).stats(this.#clock.now())
  }

  async pause(name: string): Promise<void> {
    this.#settled(name).isPaused = true
  }

  async resume(name: string): Promise<void> {
    const queue = this.#settled(name)
    queue.isPaused = false
    this.#changed(queue)
  }

  async peek(name: string, options?: { readonly max?: number | undefined }): Promise<PeekedMessage[]> {
    check.checkOptions('peek', options, ['max'])
    check.checkCount('peek: max', options?.max, 1)
    return this.#settled(name).peek(options?.max ?? 1)
  }

  async purge(name: string): Promise<number> {
    const queue = this.#settled(name)
    const count = queue.state.purge()
    this.#changed(queue)
    return count
  }

  async redrive(name: string, options?: { readonly max?: number | undefined }): Promise<number> {
    check.checkOptions('redrive', options, ['max'])
    check.checkCount('redrive: max', options?.max, 1)
    const dead = this.#settled(name)
    const nowMs = this.#clock.now()
    let count = 0
    for (const message of dead.state.peek(dead.state.ready)) {
      if (count === options?.max) break
      const home = message.from && this.#queues.get(message.from.queue)
      if (home === undefined || !home.state.hasRoom(1, message.bytes)) continue
      dead.state.remove(message)
      home.state.add({ ...plain(message), ttlMs: home.options.ttlMs as number, from: message.from?.from }, nowMs)
      this.#changed(home)
      count++
    }
    this.#changed(dead)
    return count
  }

  async send(name: string, body: Body, options: SendOptions & WaitOptions = {}): Promise<string> {
    check.checkSend('send', body, options, true)
    const { signal, timeoutMs, ...message } = options
    const [id] = await this.#send(name, [{ body, ...message }], { signal, timeoutMs })
    return id as string
  }

  async sendMany(name: string, messages: readonly OutgoingMessage[], options: WaitOptions = {}): Promise<string[]> {
    check.checkMessages(messages, options)
    return this.#send(name, messages, options)
  }

  async trySend(
    name: string,
    body: Body,
    options: SendOptions = {},
  ): Promise<{ readonly outcome: 'sent'; readonly id: string } | { readonly outcome: 'full' }> {
    check.checkSend('trySend', body, options, false)
    const queue = this.#settled(name)
    const [id] = queue.trySend([toNewMessage({ body, ...options }, queue.options)], this.#clock.now()) ?? []
    if (id === undefined) return { outcome: 'full' }
    this.#changed(queue)
    return { outcome: 'sent', id }
  }

  async receive(name: string, options: ReceiveOptions = {}): Promise<Message[]> {
    check.checkReceive(options)
    const queue = this.#settled(name)
    options.signal?.throwIfAborted()
    const wanted = { max: options.max ?? 1, leaseMs: options.leaseMs ?? (queue.options.leaseMs as number) }
    const messages = queue.tryReceive(wanted, this.#clock.now())
    if (messages.length > 0 || options.timeoutMs === 0) {
      this.#changed(queue)
      return messages
    }
    const waiting = queue.receive(wanted, options)
    this.#awaited.add(queue)
    this.#changed(queue)
    return waiting
  }

  async ack(lease: string): Promise<AckOutcome> {
    return this.#leased('ack', lease, (queue, of) => queue.state.ack(of))
  }

  async nack(lease: string, options?: { readonly delayMs?: number | undefined }): Promise<LeaseOutcome> {
    check.checkOptions('nack', options, ['delayMs'])
    check.checkMs('nack: delayMs', options?.delayMs)
    return this.#leased('nack', lease, (queue, of) => queue.state.release(of, options?.delayMs ?? 0, this.#clock.now()))
  }

  async extend(lease: string, ms: number): Promise<LeaseOutcome> {
    check.checkMs('extend: ms', ms, false)
    return this.#leased('extend', lease, (queue, of) => queue.state.extend(of, ms, this.#clock.now()))
  }

  consume(name: string, handler: Handler, options?: ConsumeOptions): Consumer {
    check.checkName('consume', name)
    check.checkConsume(handler, options)
    return consume(this, name, handler, options)
  }

  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#timer?.stop()
    for (const queue of this.#queues.values()) queue.close(new QueueError('closed', 'the engine has been closed'))
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  async #send(name: string, messages: readonly OutgoingMessage[], options: WaitOptions): Promise<string[]> {
    const queue = this.#settled(name)
    options.signal?.throwIfAborted()
    const all = messages.map((message) => toNewMessage(message, queue.options))
    const ids = queue.trySend(all, this.#clock.now())
    if (ids !== undefined) {
      this.#changed(queue)
      return ids
    }
    const batch = { messages: all, bodies: messages.map(({ body }) => body) }
    const isInVain = queue.canNeverHold(all, this.#clock.now())
    if (isInVain || queue.options.overflow === 'reject' || options.timeoutMs === 0) throw queue.full(batch, isInVain)
    const waiting = queue.send(batch, options)
    this.#awaited.add(queue)
    this.#changed(queue)
    return waiting
  }

  #leased<R>(where: string, text: string, act: (queue: LocalQueue, lease: LeaseOf) => R): R | 'missing' {
    const lease = leaseOf(where, text)
    this.#checkOpen()
    const queue = this.#byNumber.get(lease.queue)
    if (queue === undefined) return 'missing'
    this.#bringUp()
    const outcome = act(queue, lease)
    this.#changed(queue)
    return outcome
  }

  /** A message that was delivered too often. It is never refused, however full its grave is. */
  #bury(queue: LocalQueue, message: Stored): void {
    const grave = this.#queues.get(queue.options.deadLetterQueue ?? '')
    if (grave === undefined) return // The rules have no such message without a dead-letter queue, and it cannot be deleted.
    grave.state.add(
      {
        ...plain(message),
        ttlMs: grave.options.ttlMs as number,
        from: { queue: queue.name, id: message.id, from: message.from },
      },
      this.#clock.now(),
    )
    this.#changed(grave)
  }

  #queue(name: string): LocalQueue {
    this.#checkOpen()
    const queue = this.#queues.get(name)
    if (queue === undefined) throw new QueueError('missing', `there is no queue ${name}`)
    return queue
  }

  /** A queue, as it is now. */
  #settled(name: string): LocalQueue {
    const queue = this.#queue(name)
    this.#bringUp()
    return queue
  }

  /** What time has brought, to any queue: one may hold the dead letters of another. */
  #bringUp(): void {
    const nowMs = this.#clock.now()
    if (nowMs < this.#dueMs) return
    for (const { state } of this.#queues.values()) state.settle(nowMs)
    for (const queue of this.#awaited) queue.serve(nowMs)
    this.#dueMs = Number.POSITIVE_INFINITY
    for (const { nextDueMs } of this.#queues.values()) this.#dueMs = Math.min(this.#dueMs, nextDueMs)
    this.#arm()
  }

  #changed(queue: LocalQueue): void {
    if (queue.waiting > 0) queue.serve(this.#clock.now())
    this.#dueMs = Math.min(this.#dueMs, queue.nextDueMs)
    this.#arm()
  }

  #arm(): void {
    for (const queue of this.#awaited) if (queue.waiting === 0) this.#awaited.delete(queue)
    const atMs = this.#awaited.size > 0 ? this.#dueMs : Number.POSITIVE_INFINITY
    if ((this.#timer?.atMs ?? Number.POSITIVE_INFINITY) === atMs) return
    this.#timer?.stop()
    this.#timer = undefined
    if (atMs === Number.POSITIVE_INFINITY) return
    const stop = startTimer(Math.max(0, Math.ceil(atMs - this.#clock.now())), () => {
      this.#timer = undefined
      this.#bringUp()
      this.#arm() // It may have been early.
    })
    this.#timer = { atMs, stop }
  }

  #checkOpen(): void {
    if (this.#isClosed) throw new QueueError('closed', 'the engine has been closed')
  }
}

function plain({ body, headers, bytes, priority }: Stored): Omit<NewMessage, 'from' | 'ttlMs'> {
  return { body, headers, bytes, priority, delayMs: 0, dedupKey: undefined }
}

function isSame(a: object, b: object): boolean {
  return Object.entries(a).every(([name, value]) => value === (b as Record<string, unknown>)[name])
}
