import { setImmediate as nextTurn } from 'node:timers/promises'
import type { LocalQueue } from '../engine/local-queue.ts'
import type { DiskJournal } from './disk-journal.ts'

/** So many messages are looked at, or bytes written again, before others have their turn. */
const SLICE = 5_000
const SLICE_BYTES = 2 ** 18
/** So many bytes of files are looked through at once. */
const BATCH_BYTES = 2 ** 23
/** Files that are small, of short runs, are put together when there are so many more than needed. */
const SPARE_FILES = 8

/**
 * Gives disk back, from the oldest file on. One of which nothing is needed is removed at once; another one when more than half of the log is not
 * needed: what is needed of it is written again, as it is now.
 *
 *     oldest │ … │ … │ newest         a file is removed only when all before it are: what stands in one is about messages in it, or before it
 *        └── what is needed ──▶ ┘
 *
 * INVARIANT  a body that is lost keeps no file: its message is written again without it, and stays one that cannot be received.
 * INVARIANT  a file is removed when what was written again is safe on the disk, and that it is not needed.
 * INVARIANT  it comes to rest: when all has been written again, and seems no less, more has to be thrown away before that is done once more.
 */
export class Compaction {
  readonly #journal: DiskJournal
  #isStopped = false
  #going: Promise<void> | undefined
  /** The files before this one are to be written again. */
  #end: number | undefined
  /** Bytes that were. */
  #kept = 0
  /** What was left when all had been: bytes that only seem not to be needed, and files. */
  #rest = { garbage: 0, files: 0 }

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
    await nextTurn()
    try {
      while (this.#isDue() && !this.#isStopped) await this.#compact(this.#batch())
    } catch {
      // The disk failed, and the log has told everybody; or a body could not be read now. What was to be removed is there still, until the next look.
    }
  }

  /** The oldest files, as many as are worth it. */
  #batch(): number[] {
    const { log } = this.#journal
    const batch: number[] = []
    let bytes = 0
    for (const [segment, size] of log.sizes) {
      if (segment >= log.current || bytes > BATCH_BYTES) break
      if (segment >= (this.#end ?? 0) && this.#isNeeded(segment)) break
      batch.push(segment)
      bytes += size
    }
    return batch
  }

  async #compact(batch: readonly number[]): Promise<void> {
    const { log, live, queues } = this.#journal
    const last = batch.at(-1) as number
    if (batch.some((segment) => this.#isNeeded(segment))) {
      await log.synced() // What was sent together must not become safe one by one.
      for (const queue of [...queues.all]) await this.#keepMessages(queue, last)
      for (const queue of [...queues.all]) await this.#keepKeys(queue, last)
    }
    if (this.#isStopped) return
    this.#journal.oldest(last + 1)
    await log.synced()
    for (const segment of batch) {
      if (log.failure !== undefined) return
      live.drop(segment)
      await log.drop(segment)
    }
  }

  /** Writes those of a queue again that stand in files up to that one. */
  async #keepMessages(queue: LocalQueue, last: number): Promise<void> {
    const { log, live } = this.#journal
    const { number, state } = queue
    const { nextNumber } = state
    let seen = 0
    let bytes = 0
    if (!this.#isThere(queue) || !live.isAny(last)) return
    for (const message of state.messages) {
      if (message.number < nextNumber && message.segment <= last) {
        // Others were sent meanwhile, to the newest file.
        this.#journal.keep(number, message, state.epochOf(message.number))
        this.#kept += log.frameBytes
        bytes += message.bytes
      }
      if (++seen % SLICE === 0 || bytes > SLICE_BYTES) {
        await this.#journal.written()
        await nextTurn()
        if (this.#isStopped || !this.#isThere(queue) || !live.isAny(last)) return
        bytes = 0
      }
    }
  }

  async #keepKeys(queue: LocalQueue, last: number): Promise<void> {
    const { number, state } = queue
    let seen = 0
    for (const key of state.keys(this.#journal.now())) {
      if (!this.#isThere(queue)) return
      if (key.segment <= last) {
        this.#journal.keepKey(number, key)
        this.#kept += this.#journal.log.frameBytes
      }
      if (++seen % SLICE === 0) await nextTurn()
    }
  }

  /** It may have been deleted meanwhile. */
  #isThere(queue: LocalQueue): boolean {
    return this.#journal.queues.byNumber(queue.number) === queue
  }

  #isNeeded(segment: number): boolean {
    const { live } = this.#journal
    return live.in(segment) > 0 || live.hasKeys(segment, this.#journal.now())
  }

  get #oldest(): number {
    return this.#journal.log.sizes.keys().next().value as number
  }

  #isDue(): boolean {
    const { log, live, segmentBytes } = this.#journal
    const oldest = this.#oldest
    if (log.failure !== undefined || oldest === undefined || oldest >= log.current) return false
    if (!this.#isNeeded(oldest)) return true
    let bytes = 0
    for (const size of log.sizes.values()) bytes += size
    const garbage = bytes - live.bytes
    const files = log.sizes.size
    const tooMuch = Math.max(live.bytes, segmentBytes)
    if (garbage <= tooMuch && files <= 2 * (bytes / segmentBytes) + SPARE_FILES) {
      this.#end = undefined
      this.#rest = { garbage: 0, files: 0 }
      return false
    }
    if (this.#end === undefined) {
      if (garbage <= this.#rest.garbage + tooMuch && files <= this.#rest.files + SPARE_FILES) return false
      this.#end = log.current
      this.#kept = 0
    }
    if (oldest < this.#end) return true
    this.#end = undefined
    this.#rest = { garbage: Math.max(0, this.#kept + log.headBytes * files - live.bytes), files }
    return this.#isDue() // Much may have been thrown away meanwhile, and nothing may happen any more that has it looked at.
  }
}
