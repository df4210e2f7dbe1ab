import type { Message, PeekedMessage } from '../api.ts'
import { QueueError } from '../errors.ts'
import { messageOf } from '../message.ts'
import type { QueueState } from '../state/queue-state.ts'
import type { Sizes, Stored } from '../state/stored.ts'
import { viewOf } from './body-store.ts'
import type { Journal } from './journal.ts'
import { leasePrefix } from './lease.ts'

/** What a receive wants. */
export interface Wanted extends Sizes {
  readonly max: number
  readonly leaseMs: number
  /** Bodies need not be copied. */
  readonly isLent: boolean
}

/**
 * Hands out the messages of a queue: with their bodies, which the disk may have, and under a lease or for good.
 *
 * INVARIANT  a message that is gone for good has been handed out: one whose body cannot be read stays.
 */
export class Delivery {
  readonly #name: string
  readonly #number: number
  /** How the leases begin. */
  readonly #leases: string
  readonly #state: QueueState
  readonly #journal: Journal

  constructor(
    { name, number, epoch }: { readonly name: string; readonly number: number; readonly epoch: number },
    state: QueueState,
    journal: Journal,
  ) {
    this.#name = name
    this.#number = number
    this.#leases = leasePrefix(epoch, number)
    this.#state = state
    this.#journal = journal
  }

  /** Throws `QueueError` with code `too-large`, or `damaged` if no body could be read; those of messages that are leased then stay leased. */
  take(wanted: Wanted, nowMs: number): Message[] {
    const { max, maxMessageBytes, leaseMs, isLent } = wanted
    const { first } = this.#state
    if (first !== undefined && first.bytes > maxMessageBytes) throw this.#tooLarge(first, maxMessageBytes)
    if (leaseMs === 0) return this.#takeForGood(wanted, nowMs)
    const taken = this.#state.take(max, leaseMs, nowMs, wanted)
    return allButFailures(taken, (message) => {
      return this.#shown(message, `${this.#leases}${message.number}.${message.deliveries}`, isLent)
    })
  }

  /** The messages that would be handed out next. */
  peek(max: number, maxBytes: number = Number.POSITIVE_INFINITY): PeekedMessage[] {
    let bytes = 0
    const fitting = this.#state.peek(max).filter((message, index) => {
      bytes += message.bytes
      return index === 0 || bytes <= maxBytes
    })
    return fitting.map((message) => {
      const { lease: _, ...peeked } = this.#shown(message, '')
      return peeked
    })
  }

  /**
   * Whether the body of a message is lost, as far as the disk can tell, which may be wrong once. What could not be read for another reason may be
   * there the next time.
   */
  isLost(message: Stored): boolean {
    return this.#seemsLost(message) && this.#seemsLost(message)
  }

  /** A message whose body cannot be read stays, and those behind it. */
  #takeForGood({ max, maxBytes, maxMessageBytes }: Wanted, nowMs: number): Message[] {
    const messages: Message[] = []
    let bytes = 0
    for (let { first } = this.#state; first !== undefined && messages.length < max; { first } = this.#state) {
      bytes += first.bytes
      if ((bytes > maxBytes || first.bytes > maxMessageBytes) && messages.length > 0) break
      try {
        messages.push({ ...this.#shown(first, ''), deliveries: first.deliveries + 1 })
      } catch (error) {
        if (messages.length === 0) throw error
        break
      }
      this.#state.take(1, 0, nowMs)
    }
    return messages
  }

  #seemsLost(message: Stored): boolean {
    try {
      this.#journal.bodyOf(message, this.#number)
      return false
    } catch (error) {
      return ((error as QueueError).cause as NodeJS.ErrnoException).code === 'EIO'
    }
  }

  #tooLarge({ bytes }: Stored, most: number): QueueError {
    return new QueueError(
      'too-large',
      `the next message of queue ${this.#name} has ${bytes} bytes; at most ${most} are taken`,
    )
  }

  #shown(message: Stored, lease: string, isLent = false): Message {
    const { number, headers, priority, deliveries, enqueuedAtMs } = message
    const body = (isLent ? viewOf(message) : undefined) ?? this.#journal.bodyOf(message, this.#number)
    return messageOf({ id: String(number), lease, body, headers, priority, deliveries, enqueuedAtMs })
  }
}

/** What became of those for which it could be done. Throws what went wrong if it could for none. */
function allButFailures<T, R>(all: readonly T[], act: (each: T) => R): R[] {
  const results: R[] = []
  let failure: { readonly error: unknown } | undefined
  for (const each of all) {
    try {
      results.push(act(each))
    } catch (error) {
      failure = { error }
    }
  }
  if (results.length === 0 && failure !== undefined) throw failure.error
  return results
}
