/**
 * A content-addressed store on disk.
 *
 *     pack-store/
 *       pack-store.v1         empty: marks the folder as ours, so that cleaning never touches anything else
 *       lock-4711-88213-…     while a packer is at work (lock.ts)
 *       manifest.jsonl        what the last complete run packed (manifest.ts)
 *       objects/9f/86d0….zst  one chunk of at most 4 MiB, compressed, named by the SHA-256 of its content
 *       tmp/                  what is being written; emptied at start and end
 *
 * INVARIANT  a name in objects/ is a whole object: it was written under tmp/, synced, and only then renamed.
 * INVARIANT  the manifest names only objects that are safe on disk: their folders are synced before it is renamed,
 *            also of objects that were there before.
 */
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { PackError, reasonOf, systemCode } from './errors.ts'
import { lockStore, type StoreLock } from './lock.ts'
import { makeFolder } from './make-folder.ts'
import { printableText } from './names.ts'

/** The marker file of a store. */
const MARKER = 'pack-store.v1'
/** So many hashes are remembered as just written. More than chunks are ever in flight, so none is written twice. */
const RECENT_HASHES = 4096

/** Writes a new file and returns when its content is safe on disk. Tests put a failing one in its place. */
export type WriteDurably = (path: string, bytes: Uint8Array) => Promise<void>

/** Where the manifest of a store is. */
export function manifestPath(store: string): string {
  return join(store, 'manifest.jsonl')
}

/** Where the object of a chunk is, relative to the store. */
export function objectName(hash: string): string {
  return `objects/${hash.slice(0, 2)}/${hash.slice(2)}.zst`
}

/** Writes, syncs and closes a file that must not exist yet. */
export async function writeDurably(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, 'wx')
  try {
    await file.writeFile(bytes)
    await file.sync()
  } finally {
    await file.close()
  }
}

/** Whether `path` is a store; `undefined` if nothing is there, or an empty folder that may become one. */
export async function isStore(path: string): Promise<boolean | undefined> {
  try {
    const names = await readdir(path)
    return names.length === 0 ? undefined : names.includes(MARKER)
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined
    if (systemCode(error) === 'ENOTDIR') return false
    throw new PackError('usage', `cannot read the store ${printableText(path)}: ${reasonOf(error)}`, { cause: error })
  }
}

/** A store opened for writing by this process alone. */
export class Store implements AsyncDisposable {
  /** The store's folder. */
  readonly path: string
  readonly #lock: StoreLock
  readonly #write: WriteDurably
  readonly #folders = new Set<string>()
  readonly #writing = new Map<string, Promise<void>>()
  readonly #recent = new Set<string>()

  private constructor(path: string, lock: StoreLock, write: WriteDurably) {
    this.path = path
    this.#lock = lock
    this.#write = write
  }

  /** Opens the store at `path`, makes it if need be, takes its lock and removes what a killed packer left half-written. */
  static async open(path: string, write: WriteDurably = writeDurably): Promise<Store> {
    if ((await isStore(path)) === false) {
      throw new PackError(
        'usage',
        `${printableText(path)} is not empty and not a store: choose another place with --to`,
      )
    }
    return guard(path, async () => {
      for (const made of await makeFolder(resolve(path))) await syncFolder(dirname(made))
      await (await open(join(path, MARKER), 'a')).close()
      const lock = await lockStore(path)
      try {
        const store = new Store(path, lock, write)
        await store.#sweep()
        await mkdir(join(path, 'tmp'))
        await makeFolder(join(path, 'objects'))
        return store
      } catch (error) {
        await lock.release()
        throw error
      }
    })
  }

  /**
   * Stores a compressed chunk; resolves when it is safe on disk, with whether this call wrote it.
   *
   * The same content asked for several times at once is written once, and all wait for it.
   */
  async add(hash: string, packed: Uint8Array): Promise<boolean> {
    if (this.#recent.has(hash)) return false
    const underway = this.#writing.get(hash)
    if (underway !== undefined) {
      await underway
      return false
    }
    const writing = this.#put(hash, packed)
    this.#writing.set(hash, writing)
    try {
      await writing
    } finally {
      this.#writing.delete(hash)
    }
    this.#remember(hash)
    return true
  }

  /** An object that is there already will be named. A run that was killed may have left its name in memory only. */
  keep(hash: string): void {
    this.#folders.add(hash.slice(0, 2))
  }

  /** A new manifest, which replaces the one before only when it is committed. */
  async manifest(): Promise<ManifestFile> {
    const path = join(this.path, 'tmp/manifest.jsonl')
    return guard(path, async () => new ManifestFile(this, path, await open(path, 'wx')))
  }

  /** Makes the names of all objects added and kept so far safe on disk. */
  async syncFolders(): Promise<void> {
    // Together, since one journal commit of the disk then serves many; there are 256 at most.
    await Promise.all(Array.from(this.#folders, (folder) => syncFolder(join(this.path, 'objects', folder))))
    await syncFolder(join(this.path, 'objects'))
  }

  /** Removes what was left half-written and gives the lock back. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.allSettled(this.#writing.values())
    try {
      await this.#sweep()
    } finally {
      await this.#lock.release()
    }
  }

  async #put(hash: string, packed: Uint8Array): Promise<void> {
    const name = objectName(hash)
    const temporary = join(this.path, 'tmp', hash)
    await guard(join(this.path, name), async () => {
      await this.#write(temporary, packed)
      const folder = hash.slice(0, 2)
      if (!this.#folders.has(folder)) {
        await makeFolder(join(this.path, 'objects', folder))
        this.#folders.add(folder)
      }
      await rename(temporary, join(this.path, name))
    })
  }

  #remember(hash: string): void {
    this.#recent.add(hash)
    if (this.#recent.size <= RECENT_HASHES) return
    const [oldest = ''] = this.#recent
    this.#recent.delete(oldest)
  }

  async #sweep(): Promise<void> {
    await rm(join(this.path, 'tmp'), { recursive: true, force: true })
  }
}

/** A manifest being written. Lines are kept in memory up to a block and appended in the order of the calls. */
export class ManifestFile {
  readonly #store: Store
  readonly #path: string
  readonly #file: Awaited<ReturnType<typeof open>>
  #pending: string[] = []
  #length = 0

  constructor(store: Store, path: string, file: Awaited<ReturnType<typeof open>>) {
    this.#store = store
    this.#path = path
    this.#file = file
  }

  /** Whether enough is kept that `flush` should be called. */
  get isFull(): boolean {
    return this.#length >= 1 << 16
  }

  /** Keeps a line for the next flush. */
  append(line: string): void {
    this.#pending.push(line)
    this.#length += line.length
  }

  /** Writes what is kept. One call at a time. */
  async flush(): Promise<void> {
    const text = this.#pending.join('')
    this.#pending = []
    this.#length = 0
    await guard(this.#path, () => this.#file.appendFile(text))
  }

  /** Makes everything the manifest names safe on disk, then the manifest, and puts it in the place of the one before. */
  async commit(): Promise<void> {
    await this.flush()
    await guard(manifestPath(this.#store.path), async () => {
      await this.#file.sync()
      await this.#file.close()
      await this.#store.syncFolders()
      await rename(this.#path, manifestPath(this.#store.path))
      await syncFolder(this.#store.path)
    })
  }

  /** Closes the file without a commit, if there was none. */
  async abandon(): Promise<void> {
    // Already closed by a commit that failed later on: nothing is left to close.
    await this.#file.close().catch(() => {})
  }
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}

/** Whatever the system refuses in `act` names the file it was about. */
async function guard<R>(path: string, act: () => Promise<R>): Promise<R> {
  try {
    return await act()
  } catch (error) {
    if (systemCode(error) === undefined) throw error
    throw new PackError('store', `cannot write ${printableText(path)}: ${reasonOf(error)}`, { cause: error })
  }
}

/** Device and number of the store's folder, by which the walk knows it. */
export async function storeIdentity(path: string): Promise<{ dev: bigint; ino: bigint }> {
  const { dev, ino } = await stat(path, { bigint: true })
  return { dev, ino }
}
