import type { Problem, Progress, Report } from './api.ts'
import { type Entry, fromBytes } from './entry.ts'
import type { LogFile } from './folder.ts'
import { Tally } from './tally.ts'

/** So many threads may die without having begun a file, in all. */
const FRUITLESS_MAX = 3

/** What a thread is at. */
interface Reading {
  /** `undefined` between two files. */
  file: string | undefined
  requests: number
  /** The parts of a text that is not complete. */
  parts: string
}

/**
 * Which file is where, and what all of them add up to.
 *
 *     waiting ── began ──▶ reading ── ended ──▶ done
 *        │                    └── failed, lost ──▶ a problem
 *        └── nobody is left to read it ──▶ a problem
 *
 * INVARIANT  a file is in one of these places, so it is reported once, whatever its thread could still tell.
 */
export class Ledger {
  readonly #tally = new Tally()
  readonly #problems: Problem[]
  readonly #bytes: Map<string, number>
  readonly #waiting: Set<string>
  /** Threads that have begun a file. */
  readonly #threads = new Map<number, Reading>()
  readonly #totalBytes: number
  readonly #startedAt = performance.now()
  #fruitless = 0
  #ended = 0
  #done = 0
  #doneBytes = 0

  constructor(files: readonly LogFile[], problems: readonly Problem[]) {
    this.#problems = [...problems]
    this.#bytes = new Map(files.map(({ name, bytes }) => [name, bytes]))
    this.#waiting = new Set(this.#bytes.keys())
    this.#totalBytes = files.reduce((sum, { bytes }) => sum + bytes, 0)
  }

  /** Takes in what a thread tells. */
  take(entry: Entry): void {
    const { kind } = entry
    const thread = this.#thread(entry.thread)
    if (kind === 'part') thread.parts += entry.text
    else if (kind === 'bad') this.#tally.addBadLine()
    else {
      const text = thread.parts + entry.text
      thread.parts = ''
      if (kind === 'request') {
        this.#tally.add(entry.status, entry.bytes, text)
        thread.requests++
      } else if (kind === 'began') this.#begin(thread, fromBytes(text))
      else this.#finish(thread, kind === 'ended' ? undefined : fromBytes(text))
    }
  }

  /** A thread is gone, and with it the file it was at. Answers whether another in its place would get further. */
  lose(number: number, reason: string): boolean {
    const thread = this.#threads.get(number)
    this.#threads.delete(number)
    if (thread === undefined) this.#fruitless++
    else this.#finish(thread, reason)
    return this.#waiting.size > 0 && this.#fruitless <= FRUITLESS_MAX
  }

  /** Files that nobody will read any more become problems. */
  giveUp(reason: string): void {
    for (const file of this.#waiting) this.#problems.push({ file, reason, requests: 0 })
    this.#waiting.clear()
  }

  progress(): Progress {
    const { requests, badLines } = this.#tally
    return {
      elapsedMs: performance.now() - this.#startedAt,
      requests,
      badLines,
      doneFiles: this.#done,
      files: this.#bytes.size,
      doneBytes: this.#doneBytes,
      bytes: this.#totalBytes,
    }
  }

  report(): Report {
    const problems = this.#problems.toSorted((a, b) => (a.file < b.file ? -1 : 1))
    return this.#tally.report(this.#ended, problems, performance.now() - this.#startedAt)
  }

  #thread(number: number): Reading {
    let thread = this.#threads.get(number)
    if (thread === undefined) {
      thread = { file: undefined, requests: 0, parts: '' }
      this.#threads.set(number, thread)
    }
    return thread
  }

  #begin(thread: Reading, file: string): void {
    this.#waiting.delete(file)
    thread.file = file
    thread.requests = 0
  }

  #finish(thread: Reading, reason: string | undefined): void {
    const { file, requests } = thread
    if (file === undefined) return
    thread.file = undefined
    this.#done++
    this.#doneBytes += this.#bytes.get(file) ?? 0
    if (reason === undefined) this.#ended++
    else this.#problems.push({ file, reason, requests })
  }
}
