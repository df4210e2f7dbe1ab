import { randomUUID } from 'node:crypto'
import { linkSync, readFileSync, readlinkSync, statSync, unlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { QueueError } from '../errors.ts'

const NAME = 'lock'
/** So often the owner shows that it is alive. */
const BEAT_MS = 2_000
/** An owner in another place that has shown nothing for so long is gone. */
const SILENCE_MS = 15_000

/** Who owns a folder. */
interface Owner {
  readonly token: string
  readonly pid: number
  /** Tells processes of the same number apart. */
  readonly startedAt: string
  /** Where the number of a process means something: the machine, and the container on it. */
  readonly place: string
}

/** A folder that is this process's alone. */
export interface FolderLock {
  release(): void
}

/**
 * Makes a folder this process's own, until it is released or the process ends, however that happens.
 *
 * The owner stands in a file, which is made by `link`: that fails if it is there. A process of this place that is gone is seen to be so at once; one
 * of another place, such as another container, when its file has not been touched for a while. Throws `QueueError` with code `locked`.
 *
 * `onLoss` is called if another one has taken the folder, since this process stood still for too long.
 */
export function lockFolder(path: string, onLoss: () => void): FolderLock {
  const file = join(path, NAME)
  const own: Owner = { token: randomUUID(), pid: process.pid, startedAt: startOf(process.pid), place: placeOf() }
  const draft = join(path, `${NAME}.${own.token}`)
  writeFileSync(draft, JSON.stringify(own))
  try {
    if (!tryLink(draft, file)) {
      const owner = ownerOf(file)
      if (owner === undefined || isAlive(owner, file, own.place)) throw locked(path, owner)
      unlinkSync(file)
      if (!tryLink(draft, file)) throw locked(path, ownerOf(file))
    }
  } finally {
    unlinkSync(draft)
  }
  const beat = setInterval(() => {
    if (isTouched(file, own)) return
    clearInterval(beat)
    onLoss()
  }, BEAT_MS).unref()
  return {
    release() {
      clearInterval(beat)
      if (ownerOf(file)?.token === own.token) unlinkSync(file)
    },
  }
}

/** Whether it is this owner's still; then it is as if it had just been written. */
function isTouched(file: string, { token }: Owner): boolean {
  if (ownerOf(file)?.token !== token) return false
  try {
    utimesSync(file, new Date(), new Date())
    return true
  } catch {
    return false
  }
}

function tryLink(from: string, to: string): boolean {
  try {
    linkSync(from, to)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

function ownerOf(file: string): Owner | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    return undefined
  }
}

function isAlive(owner: Owner, file: string, place: string): boolean {
  if (owner.place !== place) return Date.now() - statSync(file).mtimeMs < SILENCE_MS
  try {
    process.kill(owner.pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
  return startOf(owner.pid) === owner.startedAt
}

/** When a process began, in a form that only that one has; empty where that cannot be told. */
function startOf(pid: number): string {
  try {
    const status = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return status.slice(status.lastIndexOf(')') + 2).split(' ')[19] as string
  } catch {
    return ''
  }
}

function placeOf(): string {
  const parts = [hostname()]
  for (const read of [
    () => readlinkSync('/proc/self/ns/pid'),
    () => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim(),
  ]) {
    try {
      parts.push(read())
    } catch {
      // Not on this system.
    }
  }
  return parts.join(' ')
}

function locked(path: string, owner: Owner | undefined): QueueError {
  const who = owner === undefined ? 'another process' : `process ${owner.pid} at ${owner.place.split(' ', 1)[0]}`
  return new QueueError('locked', `${path} belongs to ${who}; one process at a time can have it open`)
}
