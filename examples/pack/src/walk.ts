/**
 * Lists a folder: every directory before its contents, names in the order of their bytes, so two walks of an unchanged
 * folder are the same. Links are read, never followed, so their loops do no harm.
 *
 *     . ── a ── a/x ── a/y ── b ── c        a stack of open directories; of the deepest one, LOOK_AHEAD names
 *                                           are examined at once
 *
 * INVARIANT  a directory is listed only after it could be read; what cannot be read is a problem, once, by name.
 * INVARIANT  what is listed lies in the folder, also if someone puts a link in the place of a directory meanwhile: each one
 *            is opened without following links, compared with what was met, and names are looked up in it while it is
 *            open. Where there is no /proc/self/fd they are looked up by path, and only its last name is not followed.
 * INVARIANT  memory is the open directories on the way from the root to here and their names, nothing else.
 */
import { type BigIntStats, constants, existsSync } from 'node:fs'
import { type FileHandle, lstat, open, readdir, readlink } from 'node:fs/promises'
import type { DirectoryEntry, FileEntry, LinkEntry, Owner, Problem } from './api.ts'
import { SET_IDS } from './api.ts'
import { reasonOf, systemCode } from './errors.ts'
import { type BytePath, fsPath, joinPath, latin1 } from './names.ts'

const LOOK_AHEAD = 64
const FOLDER_FLAGS = constants.O_RDONLY | (constants.O_DIRECTORY ?? 0) | (constants.O_NOFOLLOW ?? 0)
const REPLACED = 'changed while it was listed'
const hasDescriptors = existsSync('/proc/self/fd')

/** What tells one state of a file from another: a file that was written to or replaced differs in one of them. */
export interface Identity {
  readonly dev: bigint
  readonly ino: bigint
  readonly size: bigint
  readonly mtimeNs: bigint
  readonly ctimeNs: bigint
}

/** A file as the walk met it. */
export interface WalkedFile extends FileEntry {
  readonly identity: Identity
}

/** What the walk yields: the entries of the folder, and what cannot be packed. */
export type Walked = DirectoryEntry | LinkEntry | WalkedFile | (Problem & { readonly type: 'problem' })

/** Which directory, wherever it is met, is left out together with its contents. */
export type Omitted = Pick<Identity, 'dev' | 'ino'>

interface Frame {
  readonly path: BytePath
  /** The open directory, and a path to it that stays its own whatever becomes of its name. */
  readonly handle: FileHandle
  readonly base: BytePath
  readonly stats: BigIntStats
  readonly names: readonly string[]
  next: number
  examined: readonly (BigIntStats | Error)[]
}

/** Walks `root`. Throws the system's error if the root itself cannot be read. */
export async function* walk(root: BytePath, omit?: Omitted): AsyncGenerator<Walked, void, undefined> {
  const stack: Frame[] = [await openFolder(root, latin1('.'))]
  try {
    for (let frame = stack.at(-1); frame !== undefined; frame = stack.at(-1)) {
      if (frame.next === 0) yield directory(frame.path, frame.stats)
      const name = frame.names[frame.next]
      if (name === undefined) {
        await stack.pop()?.handle.close()
        continue
      }
      if (frame.next % LOOK_AHEAD === 0) frame.examined = await examine(frame)
      const stats = frame.examined[frame.next++ % LOOK_AHEAD]
      const path = joinPath(frame.path, latin1(name))
      const place = joinPath(frame.base, latin1(name))
      if (stats === undefined || stats instanceof Error) {
        yield { type: 'problem', path, reason: reasonOf(stats) }
      } else if (!stats.isDirectory()) {
        yield await describe(place, path, stats)
      } else if (stats.ino !== omit?.ino || stats.dev !== omit.dev) {
        try {
          stack.push(await openFolder(place, path, stats))
        } catch (error) {
          yield { type: 'problem', path, reason: isReplaced(error) ? REPLACED : reasonOf(error) }
        }
      }
    }
  } finally {
    await Promise.all(stack.map(({ handle }) => handle.close()))
  }
}

/** Opens and lists the directory at `place`, which must be the one that was met there. */
async function openFolder(place: BytePath, path: BytePath, met?: BigIntStats): Promise<Frame> {
  const handle = await open(fsPath(place), FOLDER_FLAGS)
  try {
    const stats = await handle.stat({ bigint: true })
    if (met !== undefined && (stats.ino !== met.ino || stats.dev !== met.dev)) throw new Error(REPLACED)
    const base = hasDescriptors ? latin1(`/proc/self/fd/${handle.fd}`) : place
    const names = await readdir(fsPath(base), { encoding: 'latin1' })
    return { path, handle, base, stats, names: names.sort(), next: 0, examined: [] }
  } catch (error) {
    await handle.close()
    throw error
  }
}

/** A link, or something else that is no directory, is where the directory was. */
function isReplaced(error: unknown): boolean {
  const code = systemCode(error)
  return code === 'ELOOP' || code === 'ENOTDIR'
}

function examine({ base, names, next }: Frame): Promise<(BigIntStats | Error)[]> {
  return Promise.all(
    names
      .slice(next, next + LOOK_AHEAD)
      .map((name) => lstat(fsPath(joinPath(base, latin1(name))), { bigint: true }).catch((error: Error) => error)),
  )
}

async function describe(place: BytePath, path: BytePath, stats: BigIntStats): Promise<Walked> {
  const mtimeUs = microseconds(stats.mtimeNs)
  if (stats.isFile()) {
    const { dev, ino, size, mtimeNs, ctimeNs } = stats
    return {
      type: 'file',
      path,
      ...rightsOf(stats),
      mtimeUs,
      size: Number(size),
      identity: { dev, ino, size, mtimeNs, ctimeNs },
    }
  }
  if (!stats.isSymbolicLink()) return { type: 'problem', path, reason: `${kindOf(stats)}, not packed` }
  try {
    const target = latin1(await readlink(fsPath(place), { encoding: 'latin1' }))
    return { type: 'link', path, mtimeUs, target }
  } catch (error) {
    return { type: 'problem', path, reason: reasonOf(error) }
  }
}

function directory(path: BytePath, stats: BigIntStats): DirectoryEntry {
  return { type: 'directory', path, ...rightsOf(stats), mtimeUs: microseconds(stats.mtimeNs) }
}

function rightsOf({ mode, uid, gid }: BigIntStats): { mode: number; owner?: Owner } {
  const rights = { mode: Number(mode & 0o7777n) }
  return (rights.mode & SET_IDS) === 0 ? rights : { ...rights, owner: { uid: Number(uid), gid: Number(gid) } }
}

/** Rounds down, also before 1970. */
function microseconds(ns: bigint): bigint {
  return (ns - (((ns % 1000n) + 1000n) % 1000n)) / 1000n
}

function kindOf(stats: BigIntStats): string {
  if (stats.isSocket()) return 'socket'
  if (stats.isFIFO()) return 'FIFO'
  if (stats.isBlockDevice()) return 'block device'
  return stats.isCharacterDevice() ? 'character device' : 'file of unknown kind'
}
