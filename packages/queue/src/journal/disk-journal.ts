import type { Durability } from '../api.ts'
import type { StoredBody } from '../engine/body-store.ts'
import type { Journal, QueueRecord } from '../engine/journal.ts'
import type { LocalQueues } from '../engine/local-queues.ts'
import { QueueError } from '../errors.ts'
import type { Disk } from '../log/disk.ts'
import { Log } from '../log/log.ts'
import type { Changes } from '../state/changes.ts'
import type { KnownKey } from '../state/dedup.ts'
import type { Stored } from '../state/stored.ts'
import { Bodies, crcOf, isLost } from './bodies.ts'
import { Compaction } from './compaction.ts'
import { Damaged } from './damaged.ts'
import { Live } from './live.ts'
import {
  Kind,
  writeDeleted,
  writeGone,
  writeKey,
  writeLeased,
  writeMessage,
  writeOldest,
  writeQueue,
  writeReturned,
} from './records.ts'

/** How a journal is kept. */
export interface JournalOptions {
  readonly durability: Exclude<Durability, 'memory'>
  readonly segmentBytes: number
  /** So many bytes of bodies are in memory. */
  readonly memoryBytes: number
  readonly epoch: number
  readonly now: () => number
}

/**
 * Writes what happens to queues into a log.
 *
 *     changes ──▶ records ──▶ frame ──▶ log          a frame is what happened in one call of the engine
 *                                        │ a new file begins with all queues;
 *                                        └ compaction writes what is needed of the oldest one again, and removes it
 *
 * INVARIANT  what is said of a queue is written twice, in two frames: no damage to one place makes its messages unreadable.
 */
export class DiskJournal implements Journal {
  readonly durability: Durability
  readonly log: Log
  readonly live: Live = new Live()
  readonly #bodies: Bodies
  readonly #damaged = new Damaged()
  readonly #options: JournalOptions
  readonly #compaction: Compaction
  #queues: LocalQueues | undefined
  #onFailure: (() => void) | undefined

  constructor(disk: Disk, options: JournalOptions) {
    this.durability = options.durability
    this.#options = options
    this.log = new Log(disk, options, { begun: () => this.#begun(), failed: () => this.#onFailure?.() })
    this.#bodies = new Bodies(this.log, options.memoryBytes)
    this.#compaction = new Compaction(this)
  }

  get failure(): QueueError | undefined {
    return this.log.failure
  }

  get queues(): LocalQueues {
    return this.#queues as LocalQueues
  }

  /** Begins to write, with what the queues are now. Rejects if that cannot be written. */
  async open(queues: LocalQueues, onFailure: () => void): Promise<void> {
    this.#queues = queues
    for (const { number, state } of queues.all) {
      for (const message of state.messages) {
        this.live.add(message)
        if (message.crc === undefined) this.#damaged.add(number, message.number)
      }
      for (const key of state.keys(this.now())) this.live.addKey(key)
    }
    await this.log.open()
    await this.log.synced()
    this.#onFailure = onFailure
    this.#compaction.look()
  }

  changesOf(queue: number): Changes {
    const { log, live } = this
    const { writer } = log
    return {
      sent: (message, key) => {
        log.begin()
        message.crc = crcOf(message)
        this.#write(Kind.sent, queue, message, message, key)
        this.#bodies.added(message)
        live.add(message)
        if (key !== undefined) live.addKey(key)
      },
      leased: (message) => {
        log.begin()
        writeLeased(writer, Kind.leased, queue, message)
      },
      extended: (message) => {
        log.begin()
        writeLeased(writer, Kind.extended, queue, message)
      },
      returned: (message) => {
        log.begin()
        writeReturned(writer, queue, message)
      },
      gone: (message, why) => {
        log.begin()
        writeGone(writer, queue, message.number, why)
        this.#bodies.removed(message)
        this.#damaged.remove(queue, message.number)
        live.remove(message)
        if (live.in(message.segment) === 0) this.#compaction.look()
      },
    }
  }

  queue(record: QueueRecord): void {
    for (let copy = 0; copy < 2; copy++) {
      this.log.end()
      this.log.begin()
      writeQueue(this.log.writer, record)
    }
  }

  deleted({ number, state }: QueueRecord): void {
    for (let copy = 0; copy < 2; copy++) {
      this.log.end()
      this.log.begin()
      writeDeleted(this.log.writer, number)
    }
    this.#damaged.drop(number)
    for (const message of state.messages) {
      this.#bodies.removed(message)
      this.live.remove(message)
    }
    this.#compaction.look()
  }

  /** Writes a message again, as it is now: without its body, if that is lost. */
  keep(queue: number, message: Stored, epoch: number): void {
    const body = message.body === undefined ? this.#bodyToKeep(queue, message) : message
    this.log.begin()
    this.live.remove(message)
    this.#write(Kind.kept, queue, message, body, undefined, epoch)
    this.live.add(message)
    this.log.end()
  }

  /** Writes a dedup key again. */
  keepKey(queue: number, key: KnownKey): void {
    this.log.begin()
    writeKey(this.log.writer, queue, key)
    key.segment = this.log.current
    this.live.addKey(key)
    this.log.end()
  }

  /** Files before this one are about to be removed. */
  oldest(segment: number): void {
    for (let copy = 0; copy < 2; copy++) {
      this.log.begin()
      writeOldest(this.log.writer, segment)
      this.log.endNote()
    }
  }

  end(): void {
    this.log.end()
  }

  written(): Promise<void> | undefined {
    return this.log.written()
  }

  safe(): Promise<void> | undefined {
    return this.log.safe()
  }

  bodyOf(message: Stored, queue?: number): Uint8Array {
    try {
      const body = this.#bodies.of(message)
      if (queue !== undefined) this.#damaged.remove(queue, message.number)
      return body
    } catch (error) {
      if (queue !== undefined) this.#damaged.add(queue, message.number)
      throw new QueueError('damaged', `the body of message ${message.number} cannot be read`, { cause: error })
    }
  }

  damagedIn(queue: number): number {
    return this.#damaged.count(queue)
  }

  /** The time by the clock of the engine. */
  now(): number {
    return this.#options.now()
  }

  get segmentBytes(): number {
    return this.#options.segmentBytes
  }

  async close(): Promise<void> {
    await this.#compaction.stop()
    this.#writeQueues() // What was counted by time alone, such as leases that ended, is known when it is opened again.
    await this.log.close()
  }

  /** Gives up a body that is lost at the second try, too: else no file behind it could ever be removed. */
  #bodyToKeep(queue: number, message: Stored): StoredBody {
    const { length } = message
    for (let tries = 1; message.crc !== undefined; tries++) {
      try {
        return { body: this.#bodies.of(message), start: 0, length }
      } catch (error) {
        if (!isLost(error)) throw error
        if (tries < 2) continue
        message.crc = undefined
        this.#damaged.add(queue, message.number)
      }
    }
    return { body: undefined, start: 0, length }
  }

  #write(
    kind: typeof Kind.sent | typeof Kind.kept,
    queue: number,
    message: Stored,
    body: StoredBody,
    key: KnownKey | undefined,
    epoch = this.#options.epoch,
  ): void {
    const { log } = this
    const place = writeMessage(log.writer, kind, queue, message, body, { dedupKey: key?.key, epoch })
    message.segment = log.current
    message.offset = log.offset - (log.writer.length - place)
    if (key !== undefined) key.segment = log.current
  }

  #writeQueues(): void {
    for (const queue of this.queues.all) this.queue(queue)
    this.log.end()
  }

  #begun(): void {
    this.#writeQueues()
    this.#compaction.look()
  }
}
