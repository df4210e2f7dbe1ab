import { randomInt } from 'node:crypto'
import type { Durability } from '../api.ts'
import { QueueError } from '../errors.ts'
import { ByteWriter } from './byte-writer.ts'
import type { Disk, LogFile } from './disk.ts'
import { beginFrame, endFrame } from './frame.ts'
import { HEADER_BYTES, headerBytes, segmentName } from './segment.ts'

/** How a log is kept. */
export interface LogOptions {
  readonly durability: Exclude<Durability, 'memory'>
  /** A new file is begun when one has so many bytes. */
  readonly segmentBytes: number
  readonly epoch: number
  readonly now: () => number
}

/** Whom a log tells. */
export interface LogOwner {
  /** A file was begun: what it has to begin with is written now. */
  begun(): void
  failed(error: QueueError): void
}

/**
 * Frames, appended to one file after the other. All that is written in one turn of the event loop is appended together, and all that was
 * appended while the disk was busy is synced together. Nothing is synced that nobody waits for, but by time.
 *
 *     frame ─▶ pending ── next turn ──▶ file ── fdatasync ──▶ safe
 *                          written                  one at a time
 *
 * INVARIANT  frames are in the files in the order in which they were written.
 * INVARIANT  a file is begun only when the folder is known to hold the one before it: no file is ever missing between others.
 * INVARIANT  when a file or its folder cannot be written the log has failed: nothing more is written, and all who wait are told. A sync that
 *            failed is not tried again: what it lost would be taken for safe.
 */
export class Log {
  readonly writer: ByteWriter = new ByteWriter()
  readonly #disk: Disk
  readonly #options: LogOptions
  readonly #owner: LogOwner
  readonly #files = new Map<number, LogFile>()
  readonly #sizes = new Map<number, number>()
  #current = 0
  #salt = 0
  /** Bytes of the current file that are written. */
  #size = 0
  /** How much of it is what it began with, and notes. */
  #head = 0
  /** Where the frame begins that is being written. */
  #frame = 0
  #isInFrame = false
  #frameBytes = 0
  /** The owner writes what a file begins with. */
  #isBeginning = false
  /** Files that were appended to since they were synced. */
  readonly #unsynced = new Set<LogFile>()
  #isFolderUnsynced = true
  #written: PromiseWithResolvers<void> | undefined
  /** What the next sync makes safe, and what the one does that is going on. */
  #safe: PromiseWithResolvers<void> | undefined
  #syncing: PromiseWithResolvers<void> | undefined
  /** What the disk is doing. */
  #busy: Promise<void> = Promise.resolve()
  #turn: NodeJS.Immediate | undefined
  #timer: NodeJS.Timeout | undefined
  /** The time to sync has come while the disk was busy. */
  #isLate = false
  #failure: QueueError | undefined

  constructor(disk: Disk, options: LogOptions, owner: LogOwner) {
    this.#disk = disk
    this.#options = options
    this.#owner = owner
  }

  get failure(): QueueError | undefined {
    return this.#failure
  }

  /** The number of the file that is being written. */
  get current(): number {
    return this.#current
  }

  /** The files, with their sizes, the oldest first. */
  get sizes(): ReadonlyMap<number, number> {
    return this.#sizes
  }

  /** Where the next byte will stand in the current file. */
  get offset(): number {
    return this.#size + this.writer.length
  }

  /** How long the last frame was. */
  get frameBytes(): number {
    return this.#frameBytes
  }

  /** How much of the current file is what it began with, and notes. */
  get headBytes(): number {
    return this.#head
  }

  /** A file of an earlier run, which may have ended before it was synced. */
  adopt(number: number, file: LogFile, size: number): void {
    this.#files.set(number, file)
    this.#unsynced.add(file)
    this.#sizes.set(number, size)
    this.#current = number
  }

  /** Begins the first file of this run, when all of earlier ones is safe. */
  async open(): Promise<void> {
    await this.#makeSafe()
    if (this.#failure === undefined) this.#beginFile()
  }

  /** Begins a frame, if none is begun; what is written then belongs to it. */
  begin(): void {
    if (this.#isInFrame) return
    this.#isInFrame = true
    this.#frame = beginFrame(this.writer)
  }

  /** Ends the frame, if one is begun. What is told of then has been done: a new file begins with that, if this one is full. */
  end(): void {
    if (!this.#isInFrame) return
    this.#endFrame()
    const isFull = this.offset - this.#head >= this.#options.segmentBytes
    if (isFull && !this.#isBeginning && !this.#isFolderUnsynced && this.#append()) this.#beginFile()
  }

  /** Ends a frame that no file is full of, however many there are. */
  endNote(): void {
    const start = this.#frame
    this.#endFrame()
    this.#head += this.writer.length - start
  }

  #endFrame(): void {
    this.#isInFrame = false
    endFrame(this.writer, this.#frame, this.#salt)
    this.#frameBytes = this.writer.length - this.#frame
    this.#schedule()
  }

  /** Resolves when all frames so far outlive the process; undefined if they do. Rejects once the log has failed. */
  written(): Promise<void> | undefined {
    if (this.#failure !== undefined) return Promise.reject(this.#failure)
    if (this.writer.length === 0) return undefined
    this.#written ??= Promise.withResolvers()
    return this.#written.promise
  }

  /** Resolves when all frames so far are as safe as they are to be; as `written`. */
  safe(): Promise<void> | undefined {
    if (this.#options.durability !== 'always') return this.written()
    return this.synced()
  }

  /** Resolves when all frames so far outlive the machine; as `written`. */
  synced(): Promise<void> | undefined {
    if (this.#failure !== undefined) return Promise.reject(this.#failure)
    if (this.writer.length > 0 || this.#unsynced.size > 0) {
      this.#safe ??= Promise.withResolvers()
      this.#schedule()
      return this.#safe.promise
    }
    return this.#syncing?.promise
  }

  read(segment: number, offset: number, length: number): Uint8Array {
    if (segment === this.#current && offset >= this.#size) {
      const start = offset - this.#size
      if (start + length > this.writer.length) throw new RangeError(`the file ends before ${offset + length}`)
      return new Uint8Array(this.writer.from(start).subarray(0, length))
    }
    const file = this.#files.get(segment)
    if (file === undefined) throw new RangeError(`there is no file ${segmentName(segment)}`)
    return file.read(offset, length)
  }

  /** Removes a file that nobody needs any more, for good. */
  async drop(segment: number): Promise<void> {
    this.#files.get(segment)?.close()
    this.#files.delete(segment)
    this.#sizes.delete(segment)
    try {
      this.#disk.remove(segmentName(segment))
      await this.#disk.syncFolder()
    } catch (error) {
      this.fail(error)
    }
  }

  /** Writes and syncs what is pending, and closes the files. */
  async close(): Promise<void> {
    try {
      if (this.#options.durability === 'never') await this.written()
      else await this.synced()
    } catch {
      // Whoever waits for it has been told.
    }
    clearImmediate(this.#turn)
    clearTimeout(this.#timer)
    await this.#busy
    this.#trim()
    for (const file of this.#files.values()) file.close()
    this.#files.clear()
    this.#unsynced.clear()
  }

  /** What cannot be cut now is cut when the file is opened. */
  #trim(): void {
    if (this.#failure !== undefined) return
    try {
      this.#files.get(this.#current)?.trim()
    } catch {}
  }

  #schedule(): void {
    if (this.#failure !== undefined) return
    this.#turn ??= setImmediate(() => this.#flush())
  }

  #flush(): void {
    this.#turn = undefined
    this.end() // Whoever began a frame in an earlier turn has thrown. What it told has been done.
    if (!this.#append()) return
    const { durability } = this.#options
    if (this.#safe !== undefined) this.#sync()
    else if (typeof durability === 'object' && this.#unsynced.size > 0) {
      this.#timer ??= setTimeout(() => {
        this.#timer = undefined
        if (this.#syncing === undefined) this.#sync()
        else this.#isLate = true
      }, durability.everyMs).unref()
    }
  }

  /** Whether what was pending is in the file now. */
  #append(): boolean {
    if (this.#failure !== undefined) return false
    if (this.writer.length > 0) {
      try {
        const file = this.#files.get(this.#current) as LogFile
        file.append(this.writer.from(0))
        this.#unsynced.add(file)
      } catch (error) {
        this.fail(error)
        return false
      }
      this.#size += this.writer.length
      this.#sizes.set(this.#current, this.#size)
      this.writer.clear()
    }
    this.#written?.resolve()
    this.#written = undefined
    return true
  }

  #sync(): void {
    if (this.#syncing !== undefined || this.#failure !== undefined) return
    const going = this.#safe ?? Promise.withResolvers<void>()
    going.promise.catch(() => {}) // Perhaps nobody waits.
    this.#safe = undefined
    this.#syncing = going
    const work = this.#makeSafe().then(() => {
      if (this.#failure !== undefined) return
      this.#syncing = undefined
      going.resolve()
      if (this.#isLate) this.#safe ??= Promise.withResolvers()
      this.#isLate = false
      if (this.#safe !== undefined) this.#flush()
    })
    this.#occupy(work)
  }

  async #makeSafe(): Promise<void> {
    const files = [...this.#unsynced]
    this.#unsynced.clear()
    try {
      // A frame must not be safe before those in front of it are.
      for (const file of files) await file.sync()
      if (this.#isFolderUnsynced) await this.#keepNames()
    } catch (error) {
      this.fail(error)
    }
  }

  async #keepNames(): Promise<void> {
    const latest = this.#current
    await this.#disk.syncFolder()
    if (latest === this.#current) this.#isFolderUnsynced = false
  }

  #occupy(work: Promise<void>): void {
    this.#busy = Promise.all([this.#busy, work]).then(() => {})
  }

  #beginFile(): void {
    const { epoch, now } = this.#options
    const salt = randomInt(1, 2 ** 32)
    this.#trim()
    try {
      const file = this.#disk.create(segmentName(this.#current + 1))
      this.#current++
      this.#files.set(this.#current, file)
      file.append(headerBytes({ salt, epoch, madeAtMs: now() }))
      this.#unsynced.add(file)
    } catch (error) {
      this.fail(error)
      return
    }
    this.#salt = salt
    this.#size = HEADER_BYTES
    this.#sizes.set(this.#current, this.#size)
    this.#isFolderUnsynced = true
    this.#isBeginning = true
    this.#owner.begun()
    this.#isBeginning = false
    this.#head = this.offset
    // Otherwise that is done when the file is synced.
    if (this.#options.durability !== 'always') this.#occupy(this.#keepNames().catch((error) => this.fail(error)))
  }

  /** Nothing is written any more. What is pending can still be read. */
  fail(error: unknown): void {
    if (this.#failure !== undefined) return
    const reason = error instanceof Error ? error.message : String(error)
    this.#failure = new QueueError('read-only', `nothing can be changed since the disk failed: ${reason}`, {
      cause: error,
    })
    for (const waiting of [this.#written, this.#safe, this.#syncing]) {
      waiting?.promise.catch(() => {})
      waiting?.reject(this.#failure)
    }
    this.#written = undefined
    this.#safe = undefined
    this.#syncing = undefined
    clearTimeout(this.#timer)
    this.#owner.failed(this.#failure)
  }
}
