import { turn } from '@millrace/notify'
import type { Message, ReceiveOptions } from '../api.ts'
import { takenBefore } from '../errors.ts'
import * as check from '../options.ts'
import type { Wanted } from './delivery.ts'
import type { Journal } from './journal.ts'
import type { LocalQueue } from './local-queue.ts'
import type { LocalQueues } from './local-queues.ts'
import type { Standing } from './standing.ts'
import type { OnWait } from './waits.ts'

/** For whom messages are received. */
export interface ReceiveKind {
  /** Bodies that are in memory are not copied. */
  readonly isLent: boolean
  /** It was asked before, and nobody knows what was taken then: so it has to lease what it takes. */
  readonly isAgain?: boolean
}

/** As any receive: bodies are copies. */
export const PLAIN: ReceiveKind = { isLent: false }
/** For one who serves others. */
export const LENT: ReceiveKind = { isLent: true }
/** As `LENT`, of what was asked before. */
export const AGAIN: ReceiveKind = { isLent: true, isAgain: true }

/** How messages get out of the queues of an engine: at once, or when some come. */
export class Receiving {
  readonly #queues: LocalQueues
  readonly #journal: Journal
  readonly #standing: Standing

  constructor(queues: LocalQueues, journal: Journal, standing: Standing) {
    this.#queues = queues
    this.#journal = journal
    this.#standing = standing
  }

  /** As `QueueEngine.receive`. With `onWait` the wait can be ended without a signal. */
  async receive(name: string, options: ReceiveOptions, kind: ReceiveKind, onWait?: OnWait): Promise<Message[]> {
    check.checkReceive(options)
    const late = this.#queues.bringUp()
    if (late !== undefined) await late
    this.#standing.checkWritable()
    const queue = this.#queues.get(name)
    options.signal?.throwIfAborted()
    const wanted = queue.wanted(options, kind.isLent)
    const { leaseMs } = wanted
    if (kind.isAgain && leaseMs === 0) throw takenBefore()
    const messages = this.#tryReceive(queue, wanted)
    if (messages.length > 0 || options.timeoutMs === 0) {
      this.#queues.changed(queue)
      const due = this.#delivered(messages, leaseMs)
      if (due !== undefined) await due
      return messages
    }
    const waiting = queue.receive(wanted, options, onWait)
    this.#queues.await(queue)
    this.#queues.changed(queue)
    const given = await waiting
    await this.#delivered(given, leaseMs)
    return given
  }

  /** Also a receive that throws, since a body cannot be read, has leased messages. */
  #tryReceive(queue: LocalQueue, wanted: Wanted): Message[] {
    try {
      return queue.tryReceive(wanted, this.#queues.nowMs)
    } catch (error) {
      this.#queues.changed(queue)
      throw error
    }
  }

  /** When messages may be handed out. A delivery without a lease is one that must not happen again. */
  #delivered(messages: readonly Message[], leaseMs: number): Promise<void> | undefined {
    for (let counted = 1; counted < messages.length; counted++) void turn() // They took as long as if each had been received alone.
    if (messages.length === 0) return turn()
    return leaseMs === 0 ? this.#journal.safe() : this.#journal.written()
  }
}
