import {
  closeSync,
  fdatasync,
  fsync,
  ftruncateSync,
  openSync,
  readSync,
  statSync,
  truncateSync,
  unlinkSync,
  writeSync,
} from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

const syncData = promisify(fdatasync)
const syncAll = promisify(fsync)

/** No more is read or written at once: systems refuse more than 2 GiB. */
const CHUNK_BYTES = 2 ** 30

/** So much room is made for what will be appended, unless a great part of it is appended at once. */
const ROOM = new Uint8Array(2 ** 18)

/** A file that grows. Zeros may follow what was appended. */
export interface LogFile {
  /** What was appended outlives the process. Throws what the disk says; some of it may be there then. */
  append(bytes: Uint8Array): void
  /** Has the file end where what was appended does. */
  trim(): void
  /** Resolves when all that was appended before outlives the machine. */
  sync(): Promise<void>
  /** Reads what was appended. */
  read(offset: number, length: number): Uint8Array
  close(): void
}

/** A folder on a disk, as far as a log needs it: a seam, behind which tests put disks that fail. */
export interface Disk {
  names(): Promise<string[]>
  size(name: string): number
  /** Makes a file, which is not there yet. */
  create(name: string): LogFile
  /** Opens a file to be read. */
  open(name: string): LogFile
  truncate(name: string, length: number): void
  remove(name: string): void
  /** Resolves when files that were made or removed before stay so. */
  syncFolder(): Promise<void>
}

/** A folder of the file system. */
export function folderDisk(path: string): Disk {
  return {
    names: () => readdir(path),
    size: (name) => statSync(join(path, name)).size,
    create: (name) => new FolderFile(openSync(join(path, name), 'wx+')),
    open: (name) => new FolderFile(openSync(join(path, name), 'r')),
    truncate: (name, length) => truncateSync(join(path, name), length),
    remove: (name) => unlinkSync(join(path, name)),
    async syncFolder() {
      if (process.platform === 'win32') return // Folders cannot be opened there, and need not be.
      const folder = openSync(path, 'r')
      try {
        await syncAll(folder)
      } finally {
        closeSync(folder)
      }
    },
  }
}

/**
 * A file with room ahead: as long as what is appended fits, neither its length nor its blocks change, and a sync has nothing but data to
 * write. With a journal of the file system in between, as in ext4, it takes a fifth to a third less time.
 *
 *     ├── appended ──┼── zeros ──┤ room ends
 */
class FolderFile implements LogFile {
  readonly #descriptor: number
  #length = 0
  #roomEnds = 0

  constructor(descriptor: number) {
    this.#descriptor = descriptor
  }

  append(bytes: Uint8Array): void {
    this.#write(bytes)
    this.#length += bytes.length
    if (this.#length > this.#roomEnds && bytes.length < ROOM.length / 8) this.#makeRoom()
  }

  trim(): void {
    if (this.#roomEnds > this.#length) ftruncateSync(this.#descriptor, this.#length)
    this.#roomEnds = 0
  }

  sync(): Promise<void> {
    return syncData(this.#descriptor)
  }

  read(offset: number, length: number): Uint8Array {
    const bytes = new Uint8Array(length)
    for (let done = 0; done < length; ) {
      const count = readSync(this.#descriptor, bytes, done, Math.min(length - done, CHUNK_BYTES), offset + done)
      if (count === 0) throw Object.assign(new Error(`EIO: the file ends before ${offset + length}`), { code: 'EIO' })
      done += count
    }
    return bytes
  }

  close(): void {
    closeSync(this.#descriptor)
  }

  /** Does without, if the disk has no space for it. */
  #makeRoom(): void {
    const ends = Math.ceil(this.#length / ROOM.length) * ROOM.length
    try {
      this.#roomEnds = ends
      this.#write(ROOM.subarray(0, ends - this.#length))
    } catch {
      this.trim()
    }
  }

  /** Behind what was appended. */
  #write(bytes: Uint8Array): void {
    for (let done = 0; done < bytes.length; ) {
      const count = Math.min(bytes.length - done, CHUNK_BYTES)
      done += writeSync(this.#descriptor, bytes, done, count, this.#length + done)
    }
  }
}
