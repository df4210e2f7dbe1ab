import type { Disk, LogFile } from '../src/log/disk.ts'
import type { Random } from './random.ts'

const SECTOR = 512
const ROOM = new Uint8Array(3 * SECTOR)

/** What can be made to fail. */
export type DiskCall = 'append' | 'trim' | 'sync' | 'read' | 'create' | 'open' | 'truncate' | 'remove' | 'syncFolder'

/** A file: what programs see of it, and what a loss of power leaves. */
interface Content {
  bytes: Buffer
  safe: Buffer
}

/** What the disk says when it fails. */
export function diskError(code: 'EIO' | 'ENOSPC', call: DiskCall): NodeJS.ErrnoException {
  return Object.assign(new Error(`${code}: ${call}`), { code })
}

/**
 * A disk in memory that does the worst a disk may do.
 *
 *     append ──▶ seen by programs ──sync──▶ safe            a file is there for good when its folder was synced
 *
 * When the power goes each file keeps what was synced, and of the rest any sectors, in any order, the last one torn; so too where there was
 * room for it, or room was given up; files that were made or
 * removed since the folder was synced are there or not, each by itself.
 */
export class FailingDisk implements Disk {
  /** Says how a call fails, if it does. A failing append writes so many bytes first. */
  fails: (call: DiskCall, name: string) => NodeJS.ErrnoException | undefined = () => undefined
  /** A call that says that it was done, and does nothing. */
  lie: 'sync' | 'syncFolder' | undefined
  /** After so many calls that change something the power goes. */
  fuse: number = Number.POSITIVE_INFINITY
  /** Resolves when the power has gone. */
  readonly off: Promise<void>
  isOff = false
  /** No sync is over before. */
  busy: Promise<void> = Promise.resolve()
  /** Files that are open. */
  opened = 0
  /** Bytes that were written so far. */
  appendedBytes = 0
  readonly #resolveOff: () => void
  readonly #random: Random
  #files = new Map<string, Content>()
  #safeNames = new Map<string, Content>()
  #folderSyncs = 0
  #folderSynced = 0

  /** Whether sectors that were not synced are lost in any order; else those behind some place are. */
  readonly #reorders: boolean

  constructor(random: Random, reorders = true) {
    this.#random = random
    this.#reorders = reorders
    const { promise, resolve } = Promise.withResolvers<void>()
    this.off = promise
    this.#resolveOff = resolve
  }

  /** The power goes. */
  turnOff(): void {
    this.isOff = true
    this.#resolveOff()
  }

  async names(): Promise<string[]> {
    return [...this.#files.keys()]
  }

  size(name: string): number {
    return this.#file(name).bytes.length
  }

  create(name: string): LogFile {
    this.#call('create', name)
    if (this.#files.has(name)) throw new Error(`EEXIST: ${name}`)
    const content = { bytes: Buffer.alloc(0), safe: Buffer.alloc(0) }
    this.#files.set(name, content)
    return this.#opened(name, content)
  }

  open(name: string): LogFile {
    this.#call('open', name)
    return this.#opened(name, this.#file(name))
  }

  truncate(name: string, length: number): void {
    this.#call('truncate', name)
    const file = this.#file(name)
    file.bytes = file.bytes.subarray(0, length)
  }

  remove(name: string): void {
    this.#call('remove', name)
    this.#file(name)
    this.#files.delete(name)
  }

  async syncFolder(): Promise<void> {
    const names = new Map(this.#files)
    const asked = ++this.#folderSyncs
    this.#call('syncFolder', '')
    await this.#busy()
    if (asked < this.#folderSynced || this.lie === 'syncFolder') return // A later one was faster.
    this.#folderSynced = asked
    this.#safeNames = names
  }

  /** The disk as the next process finds it after this one was killed: nothing was lost, nor has anything become safe. */
  afterKill(): FailingDisk {
    const next = this.#next()
    const copies = new Map<Content, Content>()
    const copied = ([name, content]: [string, Content]): [string, Content] => {
      const copy = copies.get(content) ?? { ...content }
      copies.set(content, copy)
      return [name, copy]
    }
    next.#files = new Map([...this.#files].map(copied))
    next.#safeNames = new Map([...this.#safeNames].map(copied))
    return next
  }

  /** The disk as it is found when the power is back. */
  afterPowerLoss(): FailingDisk {
    const next = this.#next()
    for (const name of new Set([...this.#safeNames.keys(), ...this.#files.keys()])) {
      const [now, safe] = [this.#files.get(name), this.#safeNames.get(name)]
      const isThere = now !== undefined && safe !== undefined ? true : this.#random.chance(0.5)
      if (!isThere) continue
      const bytes = this.#survivor((safe ?? now) as Content)
      next.#files.set(name, { bytes, safe: bytes })
    }
    next.#safeNames = new Map(next.#files)
    return next
  }

  /** Changes the bytes of a file, as a disk does that rots. */
  damage(name: string, change: (bytes: Buffer) => Buffer): void {
    const bytes = change(Buffer.from(this.#file(name).bytes))
    const content = { bytes, safe: bytes }
    this.#files.set(name, content)
    this.#safeNames.set(name, content)
  }

  /** What a file holds. */
  bytes(name: string): Buffer {
    return this.#file(name).bytes
  }

  /** Bytes of all files. */
  get totalBytes(): number {
    return [...this.#files.values()].reduce((sum, { bytes }) => sum + bytes.length, 0)
  }

  #next(): FailingDisk {
    const next = new FailingDisk(this.#random, this.#reorders)
    next.lie = this.lie
    return next
  }

  /** Of each sector what was synced, or what was written since. */
  #survivor({ bytes, safe }: Content): Buffer {
    const length =
      bytes.length < safe.length
        ? this.#random.pick([bytes, safe]).length
        : this.#random.between(safe.length, bytes.length)
    const survivor = Buffer.alloc(length)
    const kept = this.#random.pick([0, 0.5, 0.9, 1])
    const written = this.#random.between(0, length)
    for (let start = 0; start < length; start += SECTOR) {
      const end = Math.min(length, start + SECTOR)
      const isKept = this.#reorders ? this.#random.chance(kept) : start < written
      survivor.set((isKept ? bytes : safe).subarray(start, end), start)
    }
    return survivor
  }

  #opened(name: string, content: Content): LogFile {
    this.opened++
    let isOpen = true
    let length = 0
    const append = (bytes: Uint8Array): void => {
      this.#write(content, bytes, length)
      length += bytes.length
      this.appendedBytes += bytes.length
    }
    const whileOpen = (): void => {
      if (!isOpen) throw new Error(`EBADF: ${name}`)
    }
    return {
      append: (bytes) => {
        whileOpen()
        const wasOff = this.isOff
        try {
          this.#call('append', name)
        } catch (error) {
          if (!wasOff) append(bytes.subarray(0, this.#random.between(0, bytes.length)))
          throw error
        }
        append(bytes)
        if (length > content.bytes.length - bytes.length && this.#random.chance(0.5)) this.#write(content, ROOM, length)
      },
      trim: () => {
        whileOpen()
        this.#call('trim', name)
        if (length > 0) content.bytes = content.bytes.subarray(0, length)
      },
      sync: async () => {
        whileOpen()
        const { bytes } = content
        this.#call('sync', name)
        await this.#busy()
        whileOpen()
        if (this.lie !== 'sync') content.safe = bytes
      },
      read: (offset, length) => {
        whileOpen()
        this.#call('read', name)
        if (offset + length > content.bytes.length) throw diskError('EIO', 'read')
        return new Uint8Array(content.bytes.subarray(offset, offset + length))
      },
      close: () => {
        whileOpen()
        isOpen = false
        this.opened--
      },
    }
  }

  #write(content: Content, bytes: Uint8Array, at: number): void {
    content.bytes = Buffer.concat([content.bytes.subarray(0, at), bytes, content.bytes.subarray(at + bytes.length)])
  }

  /** Takes a while, and for ever when the power goes meanwhile. */
  async #busy(): Promise<void> {
    for (let turns = this.#random.between(1, 4); turns > 0; turns--) await new Promise(setImmediate)
    await this.busy
    if (this.isOff) await new Promise(() => {})
  }

  #call(call: DiskCall, name: string): void {
    if (!this.isOff && call !== 'read' && call !== 'open' && --this.fuse <= 0) this.turnOff()
    if (this.isOff) throw new Error('the power has gone')
    const error = this.fails(call, name)
    if (error !== undefined) throw error
  }

  #file(name: string): Content {
    const file = this.#files.get(name)
    if (file === undefined) throw Object.assign(new Error(`ENOENT: ${name}`), { code: 'ENOENT' })
    return file
  }
}
