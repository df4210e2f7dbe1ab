import { randomUUID } from 'node:crypto'
import { readFileSync, readlinkSync, statSync } from 'node:fs'
import { hostname } from 'node:os'

/** An owner in another place that has shown nothing for so long is gone. */
export const SILENCE_MS = 15_000

/** Who owns a folder, as it stands in a file. */
export interface Owner {
  readonly token: string
  readonly pid: number
  /** Tells processes of the same number apart. */
  readonly startedAt: string
  /** Where the number of a process means something: the machine, and the container on it. */
  readonly place: string
}

/** What stands in the file of an owner. */
export interface OwnerFile {
  /** Tells it from what stands there before and after. */
  readonly key: string
  /** Undefined if it makes no sense: it was not safe when the power went. */
  readonly owner: Owner | undefined
  /** For how long it has not been touched. */
  readonly silentMs: number
}

/** This process, as it owns one folder. */
export function newOwner(): Owner {
  return { token: randomUUID(), pid: process.pid, startedAt: startOf(process.pid), place: placeOf() }
}

/** Reads the file of an owner; undefined if it is not there. */
export function readOwner(file: string): OwnerFile | undefined {
  try {
    const { ino, mtimeMs } = statSync(file)
    const owner = parse(readFileSync(file, 'utf8'))
    return { key: owner?.token ?? `${ino}-${mtimeMs}`, owner, silentMs: Date.now() - mtimeMs }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

/** Whether an owner may be at work still. */
export function isAlive({ owner, silentMs }: OwnerFile): boolean {
  if (owner === undefined || owner.place !== placeOf()) return silentMs < SILENCE_MS
  try {
    process.kill(owner.pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
  return startOf(owner.pid) === owner.startedAt
}

function parse(text: string): Owner | undefined {
  try {
    const { token, pid, startedAt, place } = JSON.parse(text)
    const isOwner = /^[\w-]+$/.test(token) && Number.isSafeInteger(pid) && pid > 0 && typeof place === 'string'
    return isOwner ? { token, pid, startedAt, place } : undefined
  } catch {
    return undefined
  }
}

/** When a process began, in a form that only that one has; empty where that cannot be told, or if it has ended and its parent has not looked at that. */
function startOf(pid: number): string {
  try {
    const status = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = status.slice(status.lastIndexOf(')') + 2).split(' ')
    return fields[0] === 'Z' ? '' : (fields[19] as string)
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
