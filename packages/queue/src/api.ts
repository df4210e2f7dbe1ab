/** What a queue is told when it is made. */
export interface QueueOptions {
  /** At most so many messages, ready, delayed and in flight; 1,000,000 if not given. */
  readonly capacity?: number | undefined
  /** At most so many bytes of bodies and headers, and as many again of dedup keys that are remembered; 1 GiB if not given. */
  readonly capacityBytes?: number | undefined
  /** What `send` does when the queue is full: rejects (if not given), or waits for room. */
  readonly overflow?: 'reject' | 'wait' | undefined
  /** How long a message is leased when `receive` does not say, in milliseconds; 30,000 if not given. 0: not at all, and delivered at most once. */
  readonly leaseMs?: number | undefined
  /** After so many deliveries that were not acknowledged a message goes to the dead-letter queue. Both or neither. */
  readonly maxDeliveries?: number | undefined
  /** The queue of this engine where such messages go. It has to be there. */
  readonly deadLetterQueue?: string | undefined
  /** Whether messages leave as they came (if not given), or the highest priority first, and as they came within one. */
  readonly order?: 'fifo' | 'priority' | undefined
  /** A message that was never received, so long after it became ready, is dropped; never if not given. */
  readonly ttlMs?: number | undefined
  /**
   * For so long a dedup key is remembered, in milliseconds; 300,000 if not given. It takes its bytes, and 128 more, of `capacityBytes`, which keys have
   * of their own: when so many are remembered the queue is full for those that are new.
   */
  readonly dedupMs?: number | undefined
}

/** What a message carries. A text is sent as UTF-8, and has to be well-formed: half of a pair of surrogates has no bytes. */
export type Body = Uint8Array | string

/** How one message is sent. */
export interface SendOptions {
  /** It can be received after so many milliseconds, not before. */
  readonly delayMs?: number | undefined
  /** Higher is earlier, in a queue with `order: 'priority'`; 0 if not given. */
  readonly priority?: number | undefined
  /** Of messages with the same key one is taken in `dedupMs`; sending another gives the id of the first. At most 1,024 bytes. */
  readonly dedupKey?: string | undefined
  /** What else it carries, by name: at most 1,000, with names of at most 1,024 bytes and values of at most 65,535. */
  readonly headers?: Readonly<Record<string, string>> | undefined
  /** As that of the queue, for this message. */
  readonly ttlMs?: number | undefined
}

/** How long something may be waited for. */
export interface WaitOptions {
  /** Ends the wait with the reason of the signal. Nothing is taken or sent then. */
  readonly signal?: AbortSignal | undefined
  /** Ends the wait after so many milliseconds. */
  readonly timeoutMs?: number | undefined
}

/** A message to send, with its options. */
export interface OutgoingMessage extends SendOptions {
  /** What it carries. */
  readonly body: Body
}

/** How messages are received. */
export interface ReceiveOptions extends WaitOptions {
  /** For how long nobody else gets them, in milliseconds. 0: they are gone, and delivered at most once. */
  readonly leaseMs?: number | undefined
  /** At most so many; 1 if not given. */
  readonly max?: number | undefined
  /** At most so many bytes of bodies and headers, but one message, whatever its size; as many as there are if not given. */
  readonly maxBytes?: number | undefined
  /** Takes no message of more bytes than that: if it is the next, `receive` rejects with code `too-large`, and it stays. Of any size if not given. */
  readonly maxMessageBytes?: number | undefined
}

/** How a queue is looked at. */
export type PeekOptions = Pick<ReceiveOptions, 'max' | 'maxBytes'>

/** A message, as it is received. */
export interface Message {
  /** As `send` gave it. */
  readonly id: string
  /** What `ack`, `ackMany`, `nack` and `extend` take: opaque, valid in any part of the program until the lease is over. Empty if there is none. */
  readonly lease: string
  /** What it carries; yours. */
  readonly body: Uint8Array
  /** What else it carries, by name. */
  readonly headers: Readonly<Record<string, string>>
  /** As it was sent. */
  readonly priority: number
  /** How often it has been delivered; this time included, if it is received. */
  readonly deliveries: number
  /** When it was sent, in milliseconds by the clock of the engine. */
  readonly enqueuedAtMs: number
  /** The body, read as UTF-8. */
  text(): string
}

/** A message that was looked at, and not received. */
export type PeekedMessage = Omit<Message, 'lease'>

/** What became of an attempt to send at once. */
export type TrySent = { readonly outcome: 'sent'; readonly id: string } | { readonly outcome: 'full' }

/** What became of a lease: it held; the message is back in the queue, or with somebody else; or there is no such message any more. */
export type LeaseOutcome = 'held' | 'requeued' | 'missing'

/** What became of an acknowledgement: the message is gone; or as with a lease. */
export type AckOutcome = 'acked' | 'requeued' | 'missing'

/**
 * When a change is safe: `'memory'`, it never is; `'always'`, before it is answered it is on the disk; `{ everyMs }`, so much later at most;
 * `'never'`, when the operating system writes it, which a crash of the process does not prevent but that of the machine does.
 */
export type Durability = 'memory' | 'always' | 'never' | { readonly everyMs: number }

/** How a queue stands. */
export interface QueueStats {
  /** Messages that can be received now. */
  readonly ready: number
  /** Messages whose time has not come. */
  readonly delayed: number
  /** Messages that are leased. */
  readonly inFlight: number
  /** Bytes of all bodies and headers. */
  readonly bytes: number
  /** How long ago the oldest message that is ready was so for the first time, in milliseconds; 0 if there is none. One that comes back is as old as before. */
  readonly oldestMs: number
  /** Whether nothing is received until `resume`. */
  readonly isPaused: boolean
  /** How long a message is leased when `receive` does not say, in milliseconds. */
  readonly leaseMs: number
  /** When what is done to it is safe. */
  readonly durability: Durability
  /** At most so many messages, … */
  readonly capacity: number
  /** … and so many bytes of bodies and headers, and as many again of dedup keys. */
  readonly capacityBytes: number
  /** Where messages go that were delivered too often. */
  readonly deadLetterQueue: string | undefined
  /** Receives that wait. */
  readonly waitingReceives: number
  /** Sends that wait for room. */
  readonly waitingSends: number
  /** Since it was made: messages that were sent, … */
  readonly sent: number
  /** … deliveries, … */
  readonly delivered: number
  /** … acknowledged, delivered without a lease or redriven, … */
  readonly acked: number
  /** … that came back because a lease was over or by `nack`, … */
  readonly returned: number
  /** … that went to the dead-letter queue, … */
  readonly dead: number
  /** … whose time to live was over, … */
  readonly expired: number
  /** … purged, … */
  readonly purged: number
  /** … and that were not taken since another one had their dedup key. */
  readonly duplicates: number
  /** Dedup keys that are remembered. */
  readonly dedupKeys: number
  /** Messages whose bodies could not be read from the disk, or had changed there, when that was tried last: who receives one is refused, and `purge` drops them. */
  readonly damaged: number
}

/** What was in a queue when it was deleted. */
export interface Deleted {
  /** Messages that could be received. */
  readonly ready: number
  /** Messages whose time had not come. */
  readonly delayed: number
  /** Messages that were leased. */
  readonly inFlight: number
}

/** How a queue is consumed. */
export interface ConsumeOptions {
  /** So many messages at a time; 1 if not given. */
  readonly concurrency?: number | undefined
  /** How long each lease is, in milliseconds; that of the queue if not given. It is extended as long as the handler runs. */
  readonly leaseMs?: number | undefined
  /** How long a message waits whose handler failed, in milliseconds; 1,000 if not given. Doubled with each delivery. */
  readonly retryDelayMs?: number | undefined
  /** No such delay is longer; 60,000 if not given. */
  readonly maxRetryDelayMs?: number | undefined
  /**
   * Told of what a handler threw, and of an acknowledgement that a network lost: then the message comes again. If not given, the first of these
   * is a warning of the process; so is, in any case, the first message whose body cannot be read: there is none to tell of.
   */
  readonly onError?: ((error: unknown, message: Message) => void) | undefined
  /** Stops the consumer as `stop` does. */
  readonly signal?: AbortSignal | undefined
}

/**
 * What works on a message. Its signal aborts when the lease was lost, or nobody could tell in time whether it holds, or the consumer is stopped at once. When it returns its work is done, also
 * after that; if it gives up it throws.
 */
export type Handler = (message: Message, context: { readonly signal: AbortSignal }) => unknown

/** A consumer at work. */
export interface Consumer extends AsyncDisposable {
  /** How many handlers run. */
  readonly running: number
  /**
   * Resolves when it has stopped; rejects with what stopped it, if nobody did: the queue is not there, `onError` threw, or the engine is closed.
   * Whoever neither looks at it nor calls `stop` is told by an unhandled rejection.
   */
  readonly done: Promise<void>
  /**
   * Receives no more and waits for the handlers that run; after `timeoutMs`, if given, their signals abort, and messages whose handlers
   * then fail go back.
   * Resolves when all have ended, or that was done.
   */
  stop(options?: { readonly timeoutMs?: number | undefined }): Promise<void>
}

/**
 * Named queues of leased messages.
 *
 *     send ──▶ (delayed) ──▶ ready ──receive──▶ in flight ──ack──▶ gone
 *                              ▲                   │ nack, or the lease is over
 *                              └── (delayed) ◀─────┴──── delivered too often ──▶ dead-letter queue
 *
 * Delivery is at least once, or with `leaseMs: 0` at most once. A message that comes back is in front of those sent after it.
 *
 * All methods reject with a `QueueError`: `missing` for a queue that is not there, `closed` once the engine is closed. Wrong arguments reject
 * with a `TypeError` or `RangeError` naming the option and the value, and change nothing.
 */
export interface QueueEngine extends AsyncDisposable {
  /** Makes a queue. Whether it did: one with the same options may be there. Rejects with code `conflict` if its options are others. */
  create(name: string, options?: QueueOptions): Promise<boolean>
  /**
   * Deletes a queue, and tells what was in it. Rejects with code `in-flight` while messages are leased, unless forced to; with `conflict` while it
   * is the dead-letter queue of another.
   */
  delete(name: string, options?: { readonly force?: boolean | undefined }): Promise<Deleted>
  /** The names of all queues, in the order of their making. */
  list(): Promise<string[]>
  /** How a queue stands now. */
  stats(name: string): Promise<QueueStats>
  /** Nothing is received any more until `resume`; receives wait. All else goes on. */
  pause(name: string): Promise<void>
  /** Ends a `pause`. */
  resume(name: string): Promise<void>
  /** The messages that would be received next, `max` at most; 1 if not given. They stay. */
  peek(name: string, options?: PeekOptions): Promise<PeekedMessage[]>
  /**
   * Drops the messages that are ready or delayed, and tells how many. Those in flight stay. With `damaged`, only those whose bodies cannot be read: it
   * reads all that are on the disk alone. While they are consumed most are in flight: see `consume`.
   */
  purge(name: string, options?: { readonly damaged?: boolean | undefined }): Promise<number>
  /** Sends up to `max` messages (all if not given) of a dead-letter queue back to where they come from, as new ones. Tells how many. */
  redrive(name: string, options?: { readonly max?: number | undefined }): Promise<number>
  /** Sends a message and gives its id. Rejects with code `full`, which carries the body, if the queue is full and does not wait. */
  send(name: string, body: Body, options?: SendOptions & WaitOptions): Promise<string>
  /** Sends all messages or, if there is no room for all, none. Gives their ids. */
  sendMany(name: string, messages: readonly OutgoingMessage[], options?: WaitOptions): Promise<string[]>
  /** As `send`, and answers at once whether there was room. */
  trySend(name: string, body: Body, options?: SendOptions): Promise<TrySent>
  /** Waits until a message is ready, or so long, and gives up to `max`: none if the time is over. Without `timeoutMs` it waits as long as it takes; 0 is not to wait. */
  receive(name: string, options?: ReceiveOptions): Promise<Message[]>
  /** The message is done with. Late acknowledgements change nothing. */
  ack(lease: string): Promise<AckOutcome>
  /** As `ack` each, in one go: what became of each, in their order. Cheaper than as many calls, above all over a network. */
  ackMany(leases: readonly string[]): Promise<AckOutcome[]>
  /** The message goes back, to its place or after a delay. */
  nack(lease: string, options?: { readonly delayMs?: number | undefined }): Promise<LeaseOutcome>
  /** The lease lasts so many milliseconds from now. */
  extend(lease: string, ms: number): Promise<LeaseOutcome>
  /**
   * Has a handler work on the messages of a queue: each is acknowledged when it is done, and goes back when it fails.
   *
   * A message whose body cannot be read is left aside until its lease is over, and the next is asked for at once. Where such messages come again
   * faster than they are asked for, since leases are that short, and always with `leaseMs: 0`, they hold up all behind them: it asks about once a
   * second then, until they are purged. To purge them: `pause` the queue, wait until their leases are over, `purge` with `damaged`, `resume`.
   */
  consume(name: string, handler: Handler, options?: ConsumeOptions): Consumer
  /** Ends all waits, and consumers. */
  close(): Promise<void>
}
