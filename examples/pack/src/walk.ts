/**
 * Lists a folder: every directory before its contents, names in the order of their bytes, so two walks of an unchanged
 * folder are the same. Links are read, never followed, so their loops do no harm.
 *
 *     . ── a ── a/x ── a/y ── b ── c        a stack of open directories; of the deepest one, LOOK_AHEAD names
 *                                           are examined at once
 *
 * INVARIANT  a directory is listed only after it could be read; what cannot be read is a problem, once, by name.
 * INVARIANT  memory is the names of the directories on the way from the root to here, nothing else.
 */
import type { BigIntStats } from 'node:fs'
import { lstat, readdir, readlink } from 'node:fs/promises'
import type { DirectoryEntry, FileEntry, LinkEntry, Problem } from './api.ts'
import { reasonOf } from './errors.ts'
import { type BytePath, fsPath, joinPath, latin1 } from './names.ts'

const LOOK_AHEAD = 64

/** What tells one state of a file from another: a file that was written to or replaced differs in one of them. */
export interface Identity {
  readonly dev: bigint
  readonly ino: bigint
  readonly size: bigint
  readonly mtimeNs: bigint
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
  readonly names: readonly string[]
  next: number
  examined: readonly (BigIntStats | Error)[]
}

/** Walks `root`. Throws the system's error if the root itself cannot be read. */
export async function* walk(root: BytePath, omit?: Omitted): AsyncGenerator<Walked, void, undefined> {
  const stack: Frame[] = [await open(root, latin1('.'))]
  yield directory(latin1('.'), await lstat(fsPath(root), { bigint: true }))
  for (let frame = stack.at(-1); frame !== undefined; frame = stack.at(-1)) {
    const name = frame.names[frame.next]
    if (name === undefined) {
      stack.pop()
      continue
    }
    if (frame.next % LOOK_AHEAD === 0) frame.examined = await examine(root, frame)
    const stats = frame.examined[frame.next++ % LOOK_AHEAD]
    const path = joinPath(frame.path, latin1(name))
    if (stats === undefined || stats instanceof Error) {
      yield { type: 'problem', path, reason: reasonOf(stats) }
    } else if (!stats.isDirectory()) {
      yield await describe(root, path, stats)
    } else if (stats.ino !== omit?.ino || stats.dev !== omit.dev) {
      try {
        stack.push(await open(root, path))
      } catch (error) {
        yield { type: 'problem', path, reason: reasonOf(error) }
        continue
      }
      yield directory(path, stats)
    }
  }
}

async function open(root: BytePath, path: BytePath): Promise<Frame> {
  const names = await readdir(fsPath(joinPath(root, path)), { encoding: 'latin1' })
  return { path, names: names.sort(), next: 0, examined: [] }
}

function examine(root: BytePath, { path, names, next }: Frame): Promise<(BigIntStats | Error)[]> {
  const folder = joinPath(root, path)
  return Promise.all(
    names
      .slice(next, next + LOOK_AHEAD)
      .map((name) => lstat(fsPath(joinPath(folder, latin1(name))), { bigint: true }).catch((error: Error) => error)),
  )
}

async function describe(root: BytePath, path: BytePath, stats: BigIntStats): Promise<Walked> {
  const mtimeUs = microseconds(stats.mtimeNs)
  if (stats.isFile()) {
    const { dev, ino, size, mtimeNs } = stats
    return {
      type: 'file',
      path,
      mode: permissions(stats),
      mtimeUs,
      size: Number(size),
      identity: { dev, ino, size, mtimeNs },
    }
  }
  if (!stats.isSymbolicLink()) return { type: 'problem', path, reason: `${kindOf(stats)}, not packed` }
  try {
    const target = latin1(await readlink(fsPath(joinPath(root, path)), { encoding: 'latin1' }))
    return { type: 'link', path, mtimeUs, target }
  } catch (error) {
    return { type: 'problem', path, reason: reasonOf(error) }
  }
}

function directory(path: BytePath, stats: BigIntStats): DirectoryEntry {
  return { type: 'directory', path, mode: permissions(stats), mtimeUs: microseconds(stats.mtimeNs) }
}

function permissions(stats: BigIntStats): number {
  return Number(stats.mode & 0o7777n)
}

/** Rounds down, also before 1970. */
function microseconds(ns: bigint): number {
  return Number((ns - (((ns % 1000n) + 1000n) % 1000n)) / 1000n)
}

function kindOf(stats: BigIntStats): string {
  if (stats.isSocket()) return 'socket'
  if (stats.isFIFO()) return 'FIFO'
  if (stats.isBlockDevice()) return 'block device'
  return stats.isCharacterDevice() ? 'character device' : 'file of unknown kind'
}
