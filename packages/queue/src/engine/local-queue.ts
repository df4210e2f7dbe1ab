import type {
  Body,
  Deleted,
  Message,
  PeekedMessage,
  QueueOptions,
  QueueStats,
  ReceiveOptions,
  WaitOptions,
} from '../api.ts'
import { QueueError } from '../errors.ts'
import { bytesOfKey, type NewKeys } from '../state/dedup.ts'
import { type QueueRules, QueueState } from '../state/queue-state.ts'
import { ANY_SIZE, type NewMessage, type Stored } from '../state/stored.ts'
import { Delivery, type Wanted } from './delivery.ts'
import type { Journal } from './journal.ts'
import { type OnWait, Waits } from './waits.ts'

/** Messages that go in together, and their bodies as the sender has them. */
export interface Batch {
  readonly messages: readonly NewMessage[]
  readonly bodies: readonly Body[]
}

/** Which queue it is. */
export interface QueueIdentity {
  readonly name: string
  readonly number: number
  readonly options: Required<QueueOptions>
}

/**
 * A queue in this process: its state, and those who wait for it.
 *
 * INVARIANT  when nobody is called back, nobody waits who could be served: `serve` is called whenever something may have changed.
 */
export class LocalQueue {
  readonly name: string
  readonly number: number
  readonly options: Required<QueueOptions>
  readonly state: QueueState
  readonly #receives: Waits<Wanted, Message[]>
  readonly #sends: Waits<Batch, string[]>
  readonly #delivery: Delivery
  readonly #journal: Journal
  isPaused = false
  /** Whether it is of an earlier run. */
  isRemembered = false
  /** Its place among those that something will happen to, and when that is, as was found last. */
  place = -1
  dueMs: number = Number.POSITIVE_INFINITY

  /** Calls back when somebody who waited has left, and with each message that was delivered too often. */
  constructor(
    { name, number, options }: QueueIdentity,
    { epoch, journal }: { readonly epoch: number; readonly journal: Journal },
    {
      left,
      deadLetter,
    }: { readonly left: () => void; readonly deadLetter: (message: Stored) => (() => void) | undefined },
  ) {
    const { capacity, capacityBytes, maxDeliveries, order, dedupMs } = options
    this.name = name
    this.number = number
    this.options = options
    const rules: QueueRules = {
      capacity: capacity as number,
      capacityBytes: capacityBytes as number,
      maxDeliveries: maxDeliveries as number,
      byPriority: order === 'priority',
      dedupMs: dedupMs as number,
    }
    this.#journal = journal
    this.state = new QueueState(rules, epoch, journal.changesOf(number), deadLetter)
    this.#delivery = new Delivery({ name, number, epoch }, this.state, journal)
    this.#receives = new Waits(left)
    this.#sends = new Waits(left)
  }

  /** How many wait. */
  get waiting(): number {
    return this.#receives.length + this.#sends.length
  }

  /** Takes all of the messages in, or none. Those that wait for room came first; what needs none does not wait. */
  trySend(messages: readonly NewMessage[], nowMs: number): string[] | undefined {
    return this.#takes(messages, nowMs) ? this.#add(messages, nowMs) : undefined
  }

  /** Whether waiting for room is in vain. */
  canNeverHold(messages: readonly NewMessage[], nowMs: number): boolean {
    const { count, bytes, keys } = this.#roomFor(messages, nowMs)
    return this.state.canNeverHold(count, bytes, keys)
  }

  /** Waits for room. */
  send(batch: Batch, options: WaitOptions, onWait?: OnWait): Promise<string[]> {
    const { bodies } = batch
    const late = `queue ${this.name} had no room in ${options.timeoutMs} ms`
    return this.#sends.wait(batch, options, (wait) => wait.reject(new QueueError('timeout', late, { bodies })), onWait)
  }

  /** Why a batch is not taken. */
  full({ messages, bodies }: Batch, isInVain: boolean): QueueError {
    const { count, bytes, keys } = this.#roomFor(messages, Number.NEGATIVE_INFINITY) // What is forgotten has been.
    const areKeys = this.state.hasRoom(count, bytes) && !this.state.hasRoom(count, bytes, keys)
    const all = messages.length === 1 ? 'the message' : `${messages.length} messages`
    const what = areKeys ? `the dedup keys of ${all}` : all
    return new QueueError('full', `queue ${this.name} ${isInVain ? 'can never hold' : 'has no room for'} ${what}`, {
      bodies,
    })
  }

  /** What those are told who wait when it is deleted. */
  deleted(bodies?: readonly Body[]): QueueError {
    return new QueueError('closed', `queue ${this.name} has been deleted`, { bodies })
  }

  /** When something happens by itself that may concern somebody. */
  get nextDueMs(): number {
    const { nextDueMs, nextForgottenMs } = this.state
    return this.#sends.length > 0 ? Math.min(nextDueMs, nextForgottenMs) : nextDueMs
  }

  /** What a receive wants, with what holds where it says nothing. */
  wanted(options: ReceiveOptions, isLent: boolean): Wanted {
    const { max = 1, maxBytes = ANY_SIZE.maxBytes, maxMessageBytes = ANY_SIZE.maxMessageBytes } = options
    return { max, maxBytes, maxMessageBytes, leaseMs: options.leaseMs ?? (this.options.leaseMs as number), isLent }
  }

  tryReceive(wanted: Wanted, nowMs: number): Message[] {
    if (this.isPaused || this.#receives.length > 0) return []
    return this.#delivery.take(wanted, nowMs)
  }

  receive(wanted: Wanted, options: ReceiveOptions, onWait?: OnWait): Promise<Message[]> {
    return this.#receives.wait(wanted, options, (wait) => wait.resolve([]), onWait)
  }

  /** Serves those who wait, as far as it goes. */
  serve(nowMs: number): void {
    for (;;) {
      const receive = this.#receives.first
      if (receive !== undefined && !this.isPaused && this.state.ready > 0) {
        try {
          receive.resolve(this.#delivery.take(receive.wants, nowMs))
        } catch (error) {
          receive.reject(error) // A body could not be read, or is too large.
        }
        continue
      }
      const send = this.#sends.first
      if (send === undefined) return
      const { count, bytes, keys } = this.#roomFor(send.wants.messages, nowMs)
      if (count > 0 && this.state.canNeverHold(count, bytes, keys)) {
        // Keys were known when it began to wait, and are forgotten now.
        send.reject(this.full(send.wants, true))
        continue
      }
      if (count > 0 && !this.state.hasRoom(count, bytes, keys)) return
      send.resolve(this.#add(send.wants.messages, nowMs))
    }
  }

  peek(max: number, maxBytes?: number): PeekedMessage[] {
    return this.#delivery.peek(max, maxBytes)
  }

  /** Whether the body of a message is lost, as far as the disk can tell. */
  isLost(message: Stored): boolean {
    return this.#delivery.isLost(message)
  }

  stats(nowMs: number): QueueStats {
    const { ready, delayed, inFlight, bytes, oldestMs, tallies } = this.state
    return {
      ready,
      delayed,
      inFlight,
      bytes,
      oldestMs: oldestMs === undefined ? 0 : nowMs - oldestMs,
      isPaused: this.isPaused,
      leaseMs: this.options.leaseMs as number,
      durability: this.#journal.durability,
      capacity: this.options.capacity as number,
      capacityBytes: this.options.capacityBytes as number,
      deadLetterQueue: this.options.deadLetterQueue,
      waitingReceives: this.#receives.length,
      waitingSends: this.#sends.length,
      ...tallies,
      dedupKeys: this.state.keys(nowMs).size,
      damaged: this.#journal.damagedIn(this.number),
    }
  }

  /** Ends all waits. */
  close(error: QueueError): Deleted {
    this.#receives.refuseAll(() => error)
    const { code, message, cause } = error
    this.#sends.refuseAll(({ bodies }) => new QueueError(code, message, { bodies, cause }))
    const { ready, delayed, inFlight } = this.state
    return { ready, delayed, inFlight }
  }

  /** What has to fit in: those whose dedup keys are known take no room. */
  #roomFor(messages: readonly NewMessage[], nowMs: number): { count: number; bytes: number; keys: NewKeys } {
    let keys: Set<string> | undefined
    let keyBytes = 0
    let count = 0
    let bytes = 0
    for (const message of messages) {
      const { dedupKey } = message
      if (dedupKey !== undefined && this.state.rules.dedupMs > 0) {
        keys ??= new Set()
        if (keys.has(dedupKey) || this.state.idOf(dedupKey, nowMs) !== undefined) continue
        keys.add(dedupKey)
        keyBytes += bytesOfKey(dedupKey)
      }
      count++
      bytes += message.bytes
    }
    return { count, bytes, keys: { count: keys?.size ?? 0, bytes: keyBytes } }
  }

  #takes(messages: readonly NewMessage[], nowMs: number): boolean {
    const [first] = messages
    if (messages.length === 1 && first !== undefined && first.dedupKey === undefined) {
      return this.#sends.length === 0 && this.state.hasRoom(1, first.bytes)
    }
    const { count, bytes, keys } = this.#roomFor(messages, nowMs)
    return count === 0 || (this.#sends.length === 0 && this.state.hasRoom(count, bytes, keys))
  }

  #add(messages: readonly NewMessage[], nowMs: number): string[] {
    const ids: string[] = []
    for (const message of messages) ids.push(this.#addOne(message, nowMs))
    return ids
  }

  #addOne(message: NewMessage, nowMs: number): string {
    const known = message.dedupKey === undefined ? undefined : this.state.idOf(message.dedupKey, nowMs)
    if (known !== undefined) this.state.tallies.duplicates++
    return known ?? this.state.add(message, nowMs)
  }
}
