import type { QueueOptions } from '../api.ts'
import { ByNumber } from '../by-number.ts'
import type { RememberedQueue } from '../engine/local-queues.ts'
import { bytesOfHeaders } from '../engine/new-message.ts'
import { withDefaults } from '../engine/queue-options.ts'
import { ByteReader } from '../log/byte-reader.ts'
import { noTallies, type Tallies } from '../state/changes.ts'
import type { KnownKey } from '../state/dedup.ts'
import type { Origin, Stored } from '../state/stored.ts'
import { Flag, Kind, WHYS } from './records.ts'

interface Past {
  readonly number: number
  name: string
  options: QueueOptions
  isPaused: boolean
  nextNumber: number
  readonly tallies: Tallies
  readonly messages: ByNumber<Stored>
  readonly epochs: Map<number, number>
  readonly keys: Map<string, KnownKey>
}

const NO_HEADERS: Readonly<Record<string, string>> = Object.freeze({})

/**
 * Reads frames in their order, and knows what holds behind the last one.
 *
 * INVARIANT  what is said of a queue that is not known is passed over, and of a message only counted: what made it known was damaged, or is gone.
 * INVARIANT  no two queues have the same name: where there is another one, the first was deleted, and what told that was damaged.
 */
export class Replay {
  readonly #pasts = new Map<number, Past>()
  /** The numbers of queues, by their names. */
  readonly #numbers = new Map<string, number>()
  #nextNumber = 1
  #latestMs = 0
  #oldest = 1

  /** The number of the next queue. */
  get nextNumber(): number {
    return this.#nextNumber
  }

  /** The latest time that was met. */
  get latestMs(): number {
    return this.#latestMs
  }

  /** The number of the oldest file that is needed. */
  get oldest(): number {
    return this.#oldest
  }

  /** How many messages there are. */
  get messages(): number {
    let count = 0
    for (const { messages } of this.#pasts.values()) count += messages.size
    return count
  }

  /** It is at least this time. */
  atLeast(ms: number): void {
    this.#latestMs = Math.max(this.#latestMs, ms)
  }

  /** Reads a frame. Throws `RangeError` if it makes no sense; what stood in front of that holds. */
  frame(bytes: Buffer, start: number, end: number, segment: number, epoch: number): void {
    const reader = new ByteReader(bytes, start, end)
    while (reader.left > 0) {
      const kind = reader.u8()
      if (kind === Kind.sent || kind === Kind.kept) this.#message(reader, kind, segment)
      else if (kind === Kind.gone) this.#gone(reader)
      else if (kind === Kind.leased || kind === Kind.extended) this.#leased(reader, kind, epoch)
      else if (kind === Kind.returned) this.#returned(reader)
      else if (kind === Kind.queue) this.#queue(reader)
      else if (kind === Kind.deleted) this.#pasts.delete(reader.count())
      else if (kind === Kind.key) this.#key(reader, segment)
      else if (kind === Kind.oldest) this.#oldest = Math.max(this.#oldest, reader.count())
      else throw new RangeError(`there is no record of kind ${kind}`)
    }
  }

  /** The queues as they were, in the order of their making. */
  get queues(): RememberedQueue[] {
    return [...this.#pasts.values()]
      .sort((a, b) => a.number - b.number)
      .map(({ number, name, options, isPaused, ...state }) => ({
        identity: { name, number, options: withDefaults(options) },
        isPaused,
        state: { ...state, keys: state.keys.values() },
      }))
  }

  #message(reader: ByteReader, kind: number, segment: number): void {
    const flags = reader.count()
    const past = this.#pasts.get(reader.count())
    const number = reader.count()
    const enqueuedAtMs = reader.f64()
    const readyAtMs = flags & Flag.readyLater ? reader.f64() : enqueuedAtMs
    const priority = flags & Flag.priority ? reader.f64() : 0
    const deliveries = flags & Flag.deliveries ? reader.count() : 0
    const dueAtMs = flags & (Flag.leased | Flag.delayed) ? reader.f64() : readyAtMs
    const epoch = flags & Flag.leased ? reader.f64() : undefined
    const expiresAtMs = flags & Flag.expires ? reader.f64() : undefined
    const key = flags & Flag.dedupKey ? reader.text() : undefined
    const headers = flags & Flag.headers ? readHeaders(reader) : NO_HEADERS
    const headerBytes = flags & Flag.headers ? bytesOfHeaders(headers) : 0
    const from = flags & Flag.from ? readOrigins(reader) : undefined
    const length = reader.count()
    const crc = flags & Flag.lost ? undefined : reader.u32() | 0
    const offset = reader.skip(crc === undefined ? 0 : length)
    this.atLeast(enqueuedAtMs)
    if (past === undefined) return
    const message: Stored = {
      number,
      body: undefined,
      start: 0,
      length,
      headers,
      bytes: length + headerBytes,
      priority,
      from,
      enqueuedAtMs,
      expiry: undefined,
      readyAtMs,
      state: flags & Flag.leased ? 'leased' : flags & Flag.delayed ? 'delayed' : 'ready',
      dueAtMs,
      turn: 0,
      deliveries,
      slot: 0,
      place: -1,
      segment,
      offset,
      crc,
    }
    if (expiresAtMs !== undefined) message.expiry = { atMs: expiresAtMs, message, place: -1 }
    const before = past.messages.get(number)
    if (before !== undefined) past.messages.remove(before)
    past.messages.add(message)
    past.nextNumber = Math.max(past.nextNumber, number + 1)
    if (epoch !== undefined) past.epochs.set(number, epoch)
    if (key !== undefined) {
      const untilMs = enqueuedAtMs + (past.options.dedupMs ?? withDefaults({}).dedupMs ?? 0)
      past.keys.set(key, { key, number, untilMs, segment })
    }
    if (kind === Kind.sent) past.tallies.sent++
  }

  #gone(reader: ByteReader): void {
    const past = this.#pasts.get(reader.count())
    const number = reader.count()
    const why = WHYS[reader.u8()]
    if (past === undefined || why === undefined) return
    const message = past.messages.get(number)
    if (message !== undefined) past.messages.remove(message)
    if (why === 'taken') past.tallies.delivered++
    past.tallies[why === 'taken' || why === 'moved' ? 'acked' : why]++
  }

  #leased(reader: ByteReader, kind: typeof Kind.leased | typeof Kind.extended, epoch: number): void {
    const past = this.#pasts.get(reader.count())
    const number = reader.count()
    const deliveries = reader.count()
    const dueAtMs = reader.f64()
    if (past === undefined) return
    if (kind === Kind.leased) past.tallies.delivered++
    const message = past.messages.get(number)
    if (message === undefined) return
    message.state = 'leased'
    message.deliveries = deliveries
    message.dueAtMs = dueAtMs
    message.expiry = undefined
    // A lease that is extended stays of the run that gave it.
    if (kind === Kind.leased || !past.epochs.has(number)) past.epochs.set(number, epoch)
  }

  #returned(reader: ByteReader): void {
    const past = this.#pasts.get(reader.count())
    const number = reader.count()
    const dueAtMs = reader.f64()
    if (past === undefined) return
    past.tallies.returned++
    const message = past.messages.get(number)
    if (message === undefined) return
    message.state = dueAtMs === 0 ? 'ready' : 'delayed'
    message.dueAtMs = dueAtMs
  }

  #queue(reader: ByteReader): void {
    const number = reader.count()
    const { name, options, isPaused, nextNumber, tallies } = JSON.parse(reader.text(), withInfinity)
    this.#nextNumber = Math.max(this.#nextNumber, number + 1)
    const before = this.#numbers.get(name) ?? number
    if (before !== number) this.#pasts.delete(before)
    this.#numbers.set(name, number)
    const past = this.#pasts.get(number) ?? {
      number,
      tallies: noTallies(),
      messages: new ByNumber<Stored>(),
      epochs: new Map(),
      keys: new Map(),
      nextNumber: 1,
    }
    Object.assign(past.tallies, tallies)
    const nextMessage = Math.max(past.nextNumber, nextNumber)
    this.#pasts.set(number, Object.assign(past, { name, options, isPaused, nextNumber: nextMessage }))
  }

  #key(reader: ByteReader, segment: number): void {
    const past = this.#pasts.get(reader.count())
    const number = reader.count()
    const untilMs = reader.f64()
    const key = reader.text()
    past?.keys.set(key, { key, number, untilMs, segment })
  }
}

/** JSON writes Infinity as null, which nothing else here is. */
function withInfinity(_: string, value: unknown): unknown {
  return value === null ? Number.POSITIVE_INFINITY : value
}

function readHeaders(reader: ByteReader): Readonly<Record<string, string>> {
  const entries = Array.from({ length: reader.count() }, () => [reader.text(), reader.text()] as const)
  return Object.freeze(Object.fromEntries(entries))
}

function readOrigins(reader: ByteReader): Origin | undefined {
  const origins = Array.from({ length: reader.count() }, () => ({ queue: reader.text(), id: reader.text() }))
  return origins.reduceRight<Origin | undefined>((from, origin) => ({ ...origin, from }), undefined)
}
