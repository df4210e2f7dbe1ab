import { closeSync, fdatasync, fsync, openSync, readSync, statSync, truncateSync, unlinkSync, writeSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

const syncData = promisify(fdatasync)
const syncAll = promisify(fsync)

/** No more is read or written at once: systems refuse more than 2 GiB. */
const CHUNK_BYTES = 2 ** 30

/** A file that grows. */
export interface LogFile {
  /** What was appended outlives the process. Throws what the disk says; some of it may be there then. */
  append(bytes: Uint8Array): void
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

class FolderFile implements LogFile {
  readonly #descriptor: number

  constructor(descriptor: number) {
    this.#descriptor = descriptor
  }

  append(bytes: Uint8Array): void {
    for (let done = 0; done < bytes.length; ) {
      done += writeSync(this.#descriptor, bytes, done, Math.min(bytes.length - done, CHUNK_BYTES))
    }
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
}
