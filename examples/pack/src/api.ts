import type { BytePath } from './names.ts'

/** Files are read, hashed and stored in pieces of this many bytes; the last piece of a file may be shorter. */
export const CHUNK: number = 4 * 1024 * 1024

/** The zstd level, unless another one is asked for. */
export const LEVEL = 3

/** The bits of a mode that are setuid and setgid. */
export const SET_IDS = 0o6000

/** What the contents of a folder are made of. `path` is relative to the folder, which is itself the directory `.`. */
export type Entry = DirectoryEntry | LinkEntry | FileEntry

/** Whose an entry is, by number. */
export interface Owner {
  readonly uid: number
  readonly gid: number
}

/** A directory. */
export interface DirectoryEntry {
  readonly type: 'directory'
  readonly path: BytePath
  /** Permissions with setuid, setgid and sticky bits: 07777. */
  readonly mode: number
  /** Only with setuid or setgid, which give the owner's rights away. */
  readonly owner?: Owner | undefined
  /** Microseconds since 1970, exact for every time a disk can hold: Node sets times no finer. */
  readonly mtimeUs: bigint
}

/** A symbolic link, which is never followed. */
export interface LinkEntry {
  readonly type: 'link'
  readonly path: BytePath
  readonly mtimeUs: bigint
  /** Where it points, byte for byte, whether or not anything is there. */
  readonly target: BytePath
}

/** A regular file. */
export interface FileEntry {
  readonly type: 'file'
  readonly path: BytePath
  readonly mode: number
  /** Only with setuid or setgid, which give the owner's rights away. */
  readonly owner?: Owner | undefined
  readonly mtimeUs: bigint
  readonly size: number
}

/** Something that was not packed or did not compare equal, and why. */
export interface Problem {
  readonly path: BytePath
  readonly reason: string
}

/** The number of chunks of a file of `size` bytes; an empty file has none. */
export function chunkCount(size: number): number {
  return Math.ceil(size / CHUNK)
}

/** How one stage stands while a run goes on. */
export interface StageProgress {
  readonly name: string
  /** Items being worked on. */
  readonly running: number
  /** Items that are finished here and wait for the next stage, or for their turn. */
  readonly waiting: number
  readonly done: number
  /** Bytes of what is done; `undefined` where they say nothing. */
  readonly bytes: number | undefined
  /** The share of the time the stage was at work: 0 to 1. */
  readonly busy: number
}

/** How a run stands. */
export interface Progress {
  readonly elapsedMs: number
  readonly stages: readonly StageProgress[]
}
