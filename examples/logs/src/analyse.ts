/**
 * Threads parse, this one counts.
 *
 *                 names, mpmc                   entries, mpsc
 *     this thread ═══════════▶ thread ─┐
 *       the list     each name thread ─┼═══════════════▶ this thread
 *       of files     to one    thread ─┘   all requests    the sums
 *
 * Both channels are bounded, so a thread waits while this one is behind, and memory does not grow with the files. A thread
 * that is done asks for the next name, so a fast one takes more. One that dies takes with it the file it had begun and
 * nothing else: what it had sent arrives, before the entry `gone`, which is sent here when it has exited.
 */
import { availableParallelism } from 'node:os'
import { resolve } from 'node:path'
import { ClosedError } from '@millrace/channel'
import { sharedChannel as mpmc } from '@millrace/mpmc/shared'
import { sharedChannel as mpsc } from '@millrace/mpsc/shared'
import { type AnalyseOptions, MOST_THREADS, type Report } from './api.ts'
import { Crew } from './crew.ts'
import { type Entry, entry, fileName, plainEntry } from './entry.ts'
import { type LogFile, listFiles } from './folder.ts'
import { Ledger } from './ledger.ts'

const NAMES_CAPACITY = 16
const ENTRIES_CAPACITY = 4096
const PROGRESS_MS = 100

/**
 * Reads the log files of a folder in threads and adds them up.
 *
 * Files that cannot be read are in `problems`; so is the file of a thread that died. Rejects with `LogsError` if the folder cannot be
 * read or is empty, with the reason of `signal` once all threads have ended, with `RangeError` for a number of threads it cannot start.
 */
export async function analyse(folder: string, options: AnalyseOptions = {}): Promise<Report> {
  const { threads = Math.min(availableParallelism(), MOST_THREADS), signal } = options
  if (!Number.isInteger(threads) || threads < 1 || threads > MOST_THREADS) {
    throw new RangeError(`threads: expected an integer from 1 to ${MOST_THREADS}, got ${String(threads)}`)
  }
  signal?.throwIfAborted()
  const { files, problems } = await listFiles(folder)
  const run = new Run(resolve(folder), files, new Ledger(files, problems), options.threadHeapMb)
  const timer = setInterval(() => options.onProgress?.(run.ledger.progress()), PROGRESS_MS)
  const abort = (): void => run.stop()
  signal?.addEventListener('abort', abort)
  try {
    await run.finish(Math.min(threads, files.length))
  } finally {
    clearInterval(timer)
    signal?.removeEventListener('abort', abort)
    await run.dispose()
  }
  signal?.throwIfAborted()
  options.onProgress?.(run.ledger.progress())
  return run.ledger.report()
}

class Run {
  readonly ledger: Ledger
  readonly #files: readonly LogFile[]
  readonly #names = mpmc({ capacity: NAMES_CAPACITY, codec: fileName })
  readonly #entries = mpsc({ capacity: ENTRIES_CAPACITY, codec: entry })
  /** Ends of our own on the threads' sides, so that no channel closes because all threads are dead for a moment. */
  readonly #spareNames = this.#names.receiver
  readonly #gone = this.#entries.sender
  readonly #crew: Crew
  /** How threads ended. */
  readonly #ends = new Map<number, string>()
  #threads = 0
  #isStopped = false

  constructor(folder: string, files: readonly LogFile[], ledger: Ledger, heapMb: number | undefined) {
    this.ledger = ledger
    this.#files = files
    this.#crew = new Crew({
      work: { folder, names: this.#names.handle, entries: this.#entries.handle },
      heapMb,
      onGone: (thread, reason) => {
        this.#ends.set(thread, reason)
        // Behind all that the thread had sent.
        ifOpen(this.#gone.send(plainEntry('gone', thread)))
      },
    })
  }

  async finish(threads: number): Promise<void> {
    if (threads === 0) return
    for (let i = 0; i < threads; i++) this.#start()
    await Promise.all([ifOpen(this.#handOut()), this.#count()])
  }

  /** Nothing more goes in or out; threads that send or ask for a name end. */
  stop(): void {
    this.#isStopped = true
    this.#spareNames.close()
    this.#entries.receiver.close()
  }

  async dispose(): Promise<void> {
    this.stop()
    await this.#crew.terminate()
    for (const end of [this.#names.sender, this.#spareNames, this.#gone, this.#entries.receiver]) end[Symbol.dispose]()
  }

  async #handOut(): Promise<void> {
    for (const { name } of this.#files) await this.#names.sender.send(name)
    this.#names.sender.close()
  }

  async #count(): Promise<void> {
    for await (const batch of this.#entries.receiver.batches(ENTRIES_CAPACITY)) for (const one of batch) this.#take(one)
  }

  #take(one: Entry): void {
    if (this.#isStopped) return
    if (one.kind === 'gone') this.#lose(one.thread)
    else this.ledger.take(one)
  }

  #lose(thread: number): void {
    const reason = this.#ends.get(thread) ?? ''
    const { closed, length } = this.#spareNames
    const isWorthAnother = this.ledger.lose(thread, reason)
    this.#threads--
    if (isWorthAnother && (!closed || length > 0)) this.#start()
    if (this.#threads > 0) return
    this.ledger.giveUp(reason)
    this.stop()
  }

  #start(): void {
    this.#threads++
    this.#crew.start()
  }
}

/** Waits for something that no longer matters once its channel is closed. */
async function ifOpen(sent: Promise<void>): Promise<void> {
  try {
    await sent
  } catch (error) {
    if (!(error instanceof ClosedError)) throw error
  }
}
