import { turn } from '@millrace/notify'
import type { Body, OutgoingMessage, SendOptions, TrySent, WaitOptions } from '../api.ts'
import type { QueueError } from '../errors.ts'
import * as check from '../options.ts'
import type { Journal } from './journal.ts'
import type { Batch, LocalQueue } from './local-queue.ts'
import type { LocalQueues } from './local-queues.ts'
import { toNewMessage } from './new-message.ts'
import { carrying, type Standing } from './standing.ts'
import type { OnWait } from './waits.ts'

const FULL: TrySent = { outcome: 'full' }

/** Messages on their way into a queue. */
interface Outgoing extends Batch {
  readonly queue: LocalQueue
}

/** How messages get into the queues of an engine, which wait for room or do not. */
export class Sending {
  readonly #queues: LocalQueues
  readonly #journal: Journal
  readonly #standing: Standing

  constructor(queues: LocalQueues, journal: Journal, standing: Standing) {
    this.#queues = queues
    this.#journal = journal
    this.#standing = standing
  }

  send(name: string, body: Body, options: SendOptions & WaitOptions = {}, onWait?: OnWait): Promise<string> {
    try {
      check.checkSend('send', body, options, true)
      return this.#send(this.#single(name, body, options), options, idOf, onWait)
    } catch (error) {
      return Promise.reject(error)
    }
  }

  async sendMany(
    name: string,
    messages: readonly OutgoingMessage[],
    options: WaitOptions = {},
    onWait?: OnWait,
  ): Promise<string[]> {
    check.checkMessages(messages, options)
    const bodies = messages.map(({ body }) => body)
    return this.#send(this.#batch(name, bodies, messages), options, (ids) => ids as string[], onWait)
  }

  async trySend(name: string, body: Body, options: SendOptions = {}): Promise<TrySent> {
    check.checkSend('trySend', body, options, false)
    return this.#send(this.#single(name, body, options), undefined, (ids) =>
      ids === undefined ? FULL : { outcome: 'sent', id: idOf(ids) },
    )
  }

  /** A message that is to go into a queue, if nothing is in the way. */
  #single(name: string, body: Body, options: SendOptions): Outgoing {
    const bodies = [body]
    this.#standing.checkWritable(bodies)
    const queue = this.#queues.get(name)
    return { queue, messages: [toNewMessage(body, options, queue.options)], bodies }
  }

  /** Messages that are to go into a queue together, if nothing is in the way. */
  #batch(name: string, bodies: readonly Body[], each: readonly SendOptions[]): Outgoing {
    this.#standing.checkWritable(bodies)
    const queue = this.#queues.get(name)
    const messages = bodies.map((body, index) => toNewMessage(body, each[index] as SendOptions, queue.options))
    return { queue, messages, bodies }
  }

  /**
   * Sends, and gives what is told of the ids when that is safe; without options it tells at once if there is no room. All in one: another function
   * that awaits costs each message a promise.
   */
  async #send<R>(
    batch: Outgoing,
    options: WaitOptions | undefined,
    told: (ids?: string[]) => R,
    onWait?: OnWait,
  ): Promise<R> {
    const { queue, messages, bodies } = batch
    const late = this.#queues.bringUp()
    if (late !== undefined) {
      await late
      this.#standing.checkWritable(bodies)
      if (this.#queues.find(queue.name) !== queue) throw queue.deleted(bodies)
    }
    options?.signal?.throwIfAborted()
    let ids = queue.trySend(messages, this.#queues.nowMs)
    if (ids !== undefined) this.#queues.changed(queue)
    else if (options !== undefined) ids = await this.#sendLate(batch, options, onWait)
    else {
      await turn()
      return told()
    }
    try {
      const safe = this.#journal.safe()
      if (safe !== undefined) await safe
    } catch (error) {
      throw carrying(error as QueueError, bodies)
    }
    return told(ids)
  }

  /** There is no room: waits for some, if it may. */
  async #sendLate(batch: Outgoing, options: WaitOptions, onWait?: OnWait): Promise<string[]> {
    const { queue, messages } = batch
    const isInVain = queue.canNeverHold(messages, this.#queues.nowMs)
    if (isInVain || queue.options.overflow === 'reject' || options.timeoutMs === 0) {
      await turn()
      throw queue.full(batch, isInVain)
    }
    const waiting = queue.send(batch, options, onWait)
    this.#queues.await(queue)
    this.#queues.changed(queue)
    return waiting
  }
}

function idOf(ids: readonly string[] | undefined): string {
  return ids?.[0] as string
}
