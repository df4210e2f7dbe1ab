import type { Deleted, Message, PeekedMessage, QueueOptions, QueueStats, ReceiveOptions, WaitOptions } from '../api.ts'
import { QueueError } from '../errors.ts'
import { type QueueRules, QueueState } from '../state/queue-state.ts'
import type { NewMessage, Stored } from '../state/stored.ts'
import { leaseText } from './lease.ts'
import { Waits } from './waits.ts'

/** Options with what holds where they say nothing. */
export function withDefaults(options: QueueOptions): Required<QueueOptions> {
  return {
    capacity: options.capacity ?? 1_000_000,
    capacityBytes: options.capacityBytes ?? 2 ** 30,
    overflow: options.overflow ?? 'reject',
    leaseMs: options.leaseMs ?? 30_000,
    maxDeliveries: options.maxDeliveries ?? Number.POSITIVE_INFINITY,
    deadLetterQueue: options.deadLetterQueue,
    order: options.order ?? 'fifo',
    ttlMs: options.ttlMs ?? Number.POSITIVE_INFINITY,
    dedupMs: options.dedupMs ?? 300_000,
  }
}

interface Wanted {
  readonly max: number
  readonly leaseMs: number
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
  readonly #receives = new Waits<Wanted, Message[]>()
  readonly #sends = new Waits<readonly NewMessage[], string[]>()
  isPaused = false

  constructor(name: string, number: number, options: Required<QueueOptions>, bury: (message: Stored) => void) {
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
    this.state = new QueueState(rules, bury)
  }

  /** How many wait. */
  get waiting(): number {
    return this.#receives.length + this.#sends.length
  }

  /** Takes all of the messages in, or none. Those that wait for room came first. */
  trySend(messages: readonly NewMessage[], nowMs: number): string[] | undefined {
    if (this.#sends.length > 0 || !this.#fits(messages)) return undefined
    return this.#add(messages, nowMs)
  }

  send(messages: readonly NewMessage[], options: WaitOptions): Promise<string[]> {
    const bodies = messages.map(({ body }) => body)
    return this.#sends.wait(messages, options, (wait) =>
      wait.reject(new QueueError('timeout', `queue ${this.name} had no room in ${options.timeoutMs} ms`, bodies)),
    )
  }

  tryReceive(wanted: Wanted, nowMs: number): Message[] {
    if (this.isPaused || this.#receives.length > 0) return []
    return this.#take(wanted, nowMs)
  }

  receive(wanted: Wanted, options: ReceiveOptions): Promise<Message[]> {
    return this.#receives.wait(wanted, options, (wait) => wait.resolve([]))
  }

  /** Serves those who wait, as far as it goes. */
  serve(nowMs: number): void {
    for (;;) {
      const receive = this.#receives.first
      if (receive !== undefined && !this.isPaused && this.state.ready > 0) {
        receive.resolve(this.#take(receive.wants, nowMs))
        continue
      }
      const send = this.#sends.first
      if (send === undefined || !this.#fits(send.wants)) return
      send.resolve(this.#add(send.wants, nowMs))
    }
  }

  peek(max: number): PeekedMessage[] {
    return this.state.peek(max).map((message) => {
      const { lease: _, ...peeked } = messageOf(message, '')
      return peeked
    })
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
      waitingReceives: this.#receives.length,
      waitingSends: this.#sends.length,
      ...tallies,
    }
  }

  /** Ends all waits. */
  close(error: QueueError): Deleted {
    this.#receives.refuseAll(error)
    this.#sends.refuseAll(error)
    const { ready, delayed, inFlight } = this.state
    return { ready, delayed, inFlight }
  }

  #fits(messages: readonly NewMessage[]): boolean {
    const bytes = messages.reduce((sum, message) => sum + message.bytes, 0)
    return this.state.hasRoom(messages.length, bytes)
  }

  #add(messages: readonly NewMessage[], nowMs: number): string[] {
    return messages.map((message) => {
      const duplicate = message.dedupKey === undefined ? undefined : this.state.duplicateOf(message.dedupKey, nowMs)
      return duplicate ?? this.state.add(message, nowMs)
    })
  }

  #take({ max, leaseMs }: Wanted, nowMs: number): Message[] {
    return this.state.take(max, leaseMs, nowMs).map((message) => {
      const lease =
        leaseMs === 0 ? '' : leaseText({ queue: this.number, number: message.number, delivery: message.deliveries })
      return messageOf(message, lease)
    })
  }
}

const decoder = new TextDecoder()

function messageOf({ id, body, headers, priority, deliveries, enqueuedAtMs }: Stored, lease: string): Message {
  return { id, lease, body, headers, priority, deliveries, enqueuedAtMs, text: () => decoder.decode(body) }
}
