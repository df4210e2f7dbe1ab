import { setImmediate as turn } from 'node:timers/promises'
import type { LocalQueue } from '../engine/local-queue.ts'
import type { DiskJournal } from './disk-journal.ts'

/** So many messages are looked at, or bytes written again, before others have their turn. */
const SLICE = 1_000
const SLICE_BYTES = 2 ** 18
/** Files that are small, of short runs, are put together when there are so many more than needed. */
const SPARE_FILES = 8

/**
 * Gives disk back, from the oldest file on. One of which nothing is needed is removed at once; another one when more than half of the log is not
 * needed: what is needed of it is written again, as it is now.
 *
 *     oldest │ … │ … │ newest         a file is removed only when all before it are: what stands in one is about messages in it, or before it
 *        └── what is needed ──▶ ┘
 *
 * INVARIANT  a file is removed when what was written again is safe on the disk.
 */
export class Compaction {
  readonly #journal: DiskJournal
  #isStopped = false
  #going: Promise<void> | undefined

  constructor(journal: DiskJournal) {
    this.#journal = journal
  }

  /** Something may be there to be done. */
  look(): void {
    if (this.#going !== undefined || this.#isStopped || !this.#isDue()) return
    this.#going = this.#run().finally(() => {
      this.#going = undefined
    })
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    await this.#going
  }

  async #run(): Promise<void> {
    await turn()
    try {
      while (this.#isDue() && !this.#isStopped) await this.#compact(this.#oldest)
    } catch {
      // The disk failed: the log has told everybody, and what was to be removed is still there.
    }
  }

  async #compact(segment: number): Promise<void> {
    const { log, live, queues } = this.#journal
    await log.synced() // What was sent together must not become safe one by one.
    if (live.in(segment) > 0) for (const queue of [...queues.all]) await this.#keepMessages(queue, segment)
    for (const queue of [...queues.all]) await this.#keepKeys(queue, segment)
    await log.synced()
    if (this.#isStopped || log.failure !== undefined) return
    live.drop(segment)
    await log.drop(segment)
  }

  async #keepMessages(queue: LocalQueue, segment: number): Promise<void> {
    const { number, state } = queue
    const { nextNumber } = state
    let seen = 0
    let bytes = 0
    for (const message of state.messages) {
      if (message.number >= nextNumber) return // It was sent meanwhile, to the newest file.
      if (message.segment === segment) {
        this.#journal.keep(number, message, state.epochOf(message.number))
        bytes += message.bytes
      }
      if (++seen % SLICE === 0 || bytes > SLICE_BYTES) {
        await this.#journal.written()
        await turn()
        if (this.#isStopped || this.#journal.queues.byNumber(number) !== queue) return
        bytes = 0
      }
    }
  }

  async #keepKeys({ number, state }: LocalQueue, segment: number): Promise<void> {
    let seen = 0
    for (const key of state.keys(this.#journal.now())) {
      if (key.segment === segment) this.#journal.keepKey(number, key)
      if (++seen % SLICE === 0) await turn()
    }
  }

  get #oldest(): number {
    return this.#journal.log.sizes.keys().next().value as number
  }

  #isDue(): boolean {
    const { log, live, segmentBytes } = this.#journal
    const oldest = this.#oldest
    if (log.failure !== undefined || oldest === undefined || oldest >= log.current) return false
    if (live.in(oldest) === 0) return true
    let bytes = 0
    for (const size of log.sizes.values()) bytes += size
    const garbage = bytes - live.bytes
    return garbage > Math.max(live.bytes, segmentBytes) || log.sizes.size > 2 * (bytes / segmentBytes) + SPARE_FILES
  }
}
