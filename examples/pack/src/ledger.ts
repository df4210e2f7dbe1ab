/**
 * Brings what the pipeline finishes in any order back into the order of the walk, in bounded memory.
 *
 *     walk ─admit─▶ ┌───────────────────────────┐ ─settled from the oldest on─▶ manifest lines
 *                   │ oldest … at most WINDOW … │
 *                   └───────────────────────────┘
 *       chunks in flight: together at most BUDGET_BYTES
 *
 * INVARIANT  only the walk takes permits, of both kinds, and one at a time, in its own order. Whoever holds permits got
 *            them earlier and gives them back without needing others, so the two limits cannot block each other.
 * INVARIANT  a file is listed with all of its chunks or not at all.
 */
import { type Semaphore, type SemaphorePermit, semaphore, type WaitOptions } from '@millrace/notify'
import { CHUNK, chunkCount, type Entry, type Problem } from './api.ts'
import { memoryFor } from './buffers.ts'
import { compareInWalk } from './order.ts'

/** At most so many entries between the walk and the oldest unfinished one. */
export const WINDOW = 1024
/** At most so many bytes of memory for file contents between the walk and the store. */
export const BUDGET_BYTES: number = 32 * 1024 * 1024

/** One chunk on its way; a file without contents has one of length 0. */
export interface Chunk<E extends Entry> {
  /** Its number in this run. */
  readonly id: number
  readonly entry: E
  readonly offset: number
  readonly length: number
}

interface Ticket {
  readonly entry: Entry
  readonly names: string[]
  readonly permit: SemaphorePermit
  /** Chunks that are not settled. */
  left: number
  /** Chunks that have not arrived. */
  expected: number
  isFailed: boolean
}

interface Flight<E extends Entry> {
  readonly chunk: Chunk<E>
  readonly ticket: Ticket
  readonly permit: SemaphorePermit
}

/** The entries between walk and manifest. */
export class Ledger<E extends Entry> {
  /** What was left out, in the order it was met. */
  readonly #problems: Problem[] = []
  readonly #entries: Semaphore = semaphore(WINDOW)
  readonly #budget: Semaphore = semaphore(BUDGET_BYTES / 1024)
  readonly #write: (entry: Entry, names: readonly string[]) => void
  readonly #flights = new Map<number, Flight<E>>()
  #queue: Ticket[] = []
  #oldest = 0
  #lastId = 0
  #waitedMs = 0

  /** `write` is called with every whole entry, in the order of the walk. */
  constructor(write: (entry: Entry, names: readonly string[]) => void) {
    this.#write = write
  }

  /** Entries that wait for older ones, or for their chunks. */
  get length(): number {
    return this.#queue.length - this.#oldest
  }

  /** How long the walk has waited for room. */
  get waitedMs(): number {
    return this.#waitedMs
  }

  /** What was left out, in the order of the walk. */
  get problems(): readonly Problem[] {
    return this.#problems.toSorted((a, b) => compareInWalk(a.path, b.path))
  }

  /** Takes an entry that has no contents. */
  async add(entry: Entry, options: WaitOptions): Promise<void> {
    this.#queue.push({
      entry,
      names: [],
      permit: await this.#timed(this.#entries.acquire(options)),
      left: 0,
      expected: 0,
      isFailed: false,
    })
    this.#advance()
  }

  /** Takes a file and yields its chunks as room is found for them; once it has failed, only the last one. */
  async *chunks(entry: E & { readonly size: number }, options: WaitOptions): AsyncGenerator<Chunk<E>, void, undefined> {
    const permit = await this.#timed(this.#entries.acquire(options))
    const left = Math.max(1, chunkCount(entry.size))
    const ticket: Ticket = { entry, names: [], permit, left, expected: left, isFailed: false }
    this.#queue.push(ticket)
    const last = (left - 1) * CHUNK
    for (let offset = 0; offset <= last; offset += CHUNK) {
      if (ticket.isFailed) offset = this.#skip(ticket, offset, last)
      const length = Math.min(CHUNK, entry.size - offset)
      const cost = Math.ceil(memoryFor(length) / 1024)
      const chunk = { id: ++this.#lastId, entry, offset, length }
      this.#flights.set(chunk.id, { chunk, ticket, permit: await this.#timed(this.#budget.acquireMany(cost, options)) })
      yield chunk
    }
  }

  /** The chunk with this number, which is in flight. */
  chunk(id: number): Chunk<E> {
    return this.#flight(id).chunk
  }

  /** Whether the file of this chunk will be left out anyway. */
  isFailed({ id }: Chunk<E>): boolean {
    return this.#flight(id).ticket.isFailed
  }

  /** A chunk is done with, and stored under `name` if there is one. */
  settle({ id, offset }: Chunk<E>, name?: string): void {
    const { ticket, permit } = this.#flight(id)
    if (name !== undefined) ticket.names[offset / CHUNK] = name
    this.#flights.delete(id)
    permit.release()
    ticket.left--
    this.#advance()
  }

  /** Something is wrong with a chunk: its file will be left out. The chunk is to be settled all the same. */
  fail({ id }: Chunk<E>, problem: Problem): void {
    const { ticket } = this.#flight(id)
    if (!ticket.isFailed) this.report(problem)
    ticket.isFailed = true
  }

  /** To be called once for a chunk before it is settled; `true` for the one with which all chunks of its file have arrived. */
  arrive({ id }: Chunk<E>): boolean {
    return --this.#flight(id).ticket.expected === 0
  }

  /** Something is left out. */
  report({ path, reason }: Problem): void {
    this.#problems.push({ path, reason })
  }

  /** The chunks in between will not come. The last one does, so that whoever waits for the end of the file sees it. */
  #skip(ticket: Ticket, from: number, last: number): number {
    const skipped = (last - from) / CHUNK
    ticket.left -= skipped
    ticket.expected -= skipped
    return last
  }

  async #timed(wait: Promise<SemaphorePermit>): Promise<SemaphorePermit> {
    const beganMs = performance.now()
    const permit = await wait
    this.#waitedMs += performance.now() - beganMs
    return permit
  }

  #flight(id: number): Flight<E> {
    const flight = this.#flights.get(id)
    if (flight === undefined) throw new Error(`chunk ${id} is not in flight`)
    return flight
  }

  #advance(): void {
    for (let ticket = this.#queue[this.#oldest]; ticket?.left === 0; ticket = this.#queue[this.#oldest]) {
      this.#oldest++
      if (!ticket.isFailed) this.#write(ticket.entry, ticket.names)
      ticket.permit.release()
    }
    if (this.#oldest < WINDOW) return
    this.#queue = this.#queue.slice(this.#oldest)
    this.#oldest = 0
  }
}
