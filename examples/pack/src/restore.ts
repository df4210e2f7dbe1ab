/**
 * Writes the entries of a manifest into an empty folder.
 *
 * INVARIANT  nothing is written outside of the folder. The manifest gives paths inside of it only, each after the directory it
 *            is in (manifest.ts, order.ts), the folder was empty, and no link is followed: so every directory on the
 *            way to a new entry is one this class made.
 * INVARIANT  modes and times are set when nothing changes them any more: a file's after its last chunk, a directory's
 *            after everything is written, deepest first.
 */
import { constants } from 'node:fs'
import { chmod, type FileHandle, lchown, lutimes, mkdir, open, rm, symlink, utimes } from 'node:fs/promises'
import { type DirectoryEntry, type Entry, type FileEntry, type Problem, SET_IDS } from './api.ts'
import { PackError, reasonOf, systemCode } from './errors.ts'
import type { Manifest } from './manifest.ts'
import { type BytePath, fsPath, joinPath, parentOf, printable } from './names.ts'
import { WalkOrder } from './order.ts'

const CREATE_FLAGS = constants.O_WRONLY | constants.O_CREAT | (constants.O_NOFOLLOW ?? 0)
/** Refusals that concern the disk and not the one file. */
const FATAL = new Set(['ENOSPC', 'EDQUOT', 'EIO', 'EROFS'])

/** Makes what the manifest lists. Each method answers with a problem if the entry cannot be made. */
export class Restorer {
  readonly #root: BytePath
  /** Directories that could not be made, the outermost only. Each is a problem already. */
  readonly #unmade = new Set<BytePath>()

  /** `root` is the real path of an empty folder. */
  constructor(root: BytePath) {
    this.#root = root
  }

  /** Whether an entry is, or lies in, a directory that could not be made. */
  isLost({ path }: Entry): boolean {
    if (this.#unmade.size === 0) return false
    for (let place = path; place !== '.'; place = parentOf(place)) if (this.#unmade.has(place)) return true
    return false
  }

  /** Makes a directory (with a mode that lets this user write) or a link. */
  async make(entry: Entry): Promise<Problem | undefined> {
    const problem = await this.#attempt(entry, async (path) => {
      if (entry.type === 'directory' && entry.path !== '.') await mkdir(path, 0o700)
      if (entry.type === 'link') {
        const time = secondsOf(entry.mtimeUs)
        await symlink(fsPath(entry.target), path)
        await lutimes(path, time, time)
      }
    })
    if (problem !== undefined && entry.type === 'directory') this.#unmade.add(entry.path)
    return problem
  }

  /** Writes a chunk of a file. */
  write(entry: FileEntry, offset: number, bytes: Uint8Array): Promise<Problem | undefined> {
    return this.#attempt(entry, async (path) => {
      const file = await open(path, CREATE_FLAGS, 0o600)
      try {
        await writeAll(file, bytes, offset)
      } finally {
        await file.close()
      }
    })
  }

  /**
   * Sets mode and time of a file all of whose chunks are written. Writing clears setuid and setgid, so not before. What it
   * reports leaves the file whole.
   */
  finishFile(entry: FileEntry, report: (problem: Problem) => void): Promise<Problem | undefined> {
    return this.#attempt(entry, (path) => setRights(entry, path, report))
  }

  /** Removes a file that cannot be made whole. */
  discard(entry: FileEntry): Promise<Problem | undefined> {
    return this.#attempt(entry, (path) => rm(path, { force: true }))
  }

  /** Sets modes and times of all directories. */
  async finishDirectories(
    manifest: Manifest,
    report: (problem: Problem) => void,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const order = new WalkOrder<Entry>()
    for await (const entry of manifest.entries()) {
      signal?.throwIfAborted()
      await this.#finish(order.next(entry), report)
    }
    await this.#finish(order.next(undefined), report)
  }

  async #finish(directories: Entry[], report: (problem: Problem) => void): Promise<void> {
    for (const entry of directories) {
      if (entry.type !== 'directory' || this.isLost(entry)) continue
      const problem = await this.#attempt(entry, (path) => setRights(entry, path, report))
      if (problem !== undefined) report(problem)
    }
  }

  async #attempt(entry: Entry, make: (path: Buffer) => Promise<void>): Promise<Problem | undefined> {
    const path = joinPath(this.#root, entry.path)
    try {
      await make(fsPath(path))
      return undefined
    } catch (error) {
      const code = systemCode(error)
      if (code === undefined) throw error
      if (!FATAL.has(code)) return { path: entry.path, reason: `cannot be restored: ${reasonOf(error)}` }
      throw new PackError('store', `cannot write ${printable(path)}: ${reasonOf(error)}`, { cause: error })
    }
  }
}

/**
 * The seconds that set this microsecond, as a string: Node takes numbers below 0 for the present time.
 *
 * They pass through a double, which near the year 2026 has steps of a quarter of a microsecond, and are cut to
 * nanoseconds. The first double not below the microsecond stays within it until the year 2106; whole seconds are exact.
 */
export function secondsOf(microseconds: bigint): string {
  const rest = Number(((microseconds % 1_000_000n) + 1_000_000n) % 1_000_000n)
  const seconds = Number((microseconds - BigInt(rest)) / 1_000_000n)
  let time = seconds + rest / 1e6
  if ((time - seconds) * 1e9 < rest * 1e3) time += Math.max(Number.MIN_VALUE, Math.abs(time) * Number.EPSILON)
  return String(time)
}

/** The owner's rights go to the owner or to nobody: setuid and setgid are left off if the entry cannot be given away. */
async function setRights(
  entry: FileEntry | DirectoryEntry,
  path: Buffer,
  report: (problem: Problem) => void,
): Promise<void> {
  const { owner } = entry
  const isOwned = owner === undefined || (await isGiven(path, owner.uid, owner.gid))
  const time = secondsOf(entry.mtimeUs)
  await utimes(path, time, time)
  await chmod(path, isOwned ? entry.mode : entry.mode & ~SET_IDS)
  if (isOwned) return
  const who = `user ${owner.uid} of group ${owner.gid}`
  report({ path: entry.path, reason: `restored without setuid and setgid: only its owner, ${who}, may have them` })
}

async function isGiven(path: Buffer, uid: number, gid: number): Promise<boolean> {
  try {
    await lchown(path, uid, gid)
    return true
  } catch (error) {
    // Not allowed to this user; no such user here.
    if (systemCode(error) === 'EPERM' || systemCode(error) === 'EINVAL') return false
    throw error
  }
}

async function writeAll(file: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, position + done)
    done += bytesWritten
  }
}
