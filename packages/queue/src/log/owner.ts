import { randomUUID } from 'node:crypto'
import { readFileSync, readlinkSync, statSync } from 'node:fs'
import { hostname } from 'node:os'

/** An owner in another place that has shown nothing for so long is gone. */
export const SILENCE_MS = 15_000

/** Who owns a folder, as it stands in a file. */
export interface Owner {
  readonly token: string
  readonly pid: number
  /** Tells processes of the same number apart; empty where the system does not tell it. */
  readonly startedAt: string
  /** Where the number of a process means something: the machine, and the container on it. */
  readonly place: string
}

/** What the system tells of a process. */
export interface ProcessStatus {
  /** When it began, in a form that only that one has. */
  readonly startedAt: string
  /** It does nothing any more, and its parent has not looked at that. */
  readonly hasEnded: boolean
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
  return { token: randomUUID(), pid: process.pid, startedAt: statusOf(process.pid)?.startedAt ?? '', place: placeOf() }
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

/** Whether an owner may be at work still. What the system does not tell of it says nothing against it. */
export function isAlive({ owner, silentMs }: OwnerFile): boolean {
  if (owner === undefined || owner.place !== placeOf()) return silentMs < SILENCE_MS
  const status = statusOf(owner.pid) // Before it is asked for: so one that nothing is told of since it has just gone is not there then.
  try {
    process.kill(owner.pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
  if (status === undefined) return true
  return !status.hasEnded && (owner.startedAt === '' || owner.startedAt === status.startedAt)
}

function parse(text: string): Owner | undefined {
  try {
    const { token, pid, startedAt, place } = JSON.parse(text)
    const isOwner = /^[\w-]+$/.test(token) && Number.isSafeInteger(pid) && pid > 0
    return isOwner && typeof startedAt === 'string' && typeof place === 'string'
      ? { token, pid, startedAt, place }
      : undefined
  } catch {
    return undefined
  }
}

function statusOf(pid: number): ProcessStatus | undefined {
  try {
    return toStatus(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return undefined
  }
}

/** What Linux tells of a process, whose name, in brackets, may be anything. */
export function toStatus(text: string): ProcessStatus {
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  // One whose first thread has ended looks like one that has ended, while others of it still work, or hang in the disk.
  return { startedAt: fields[19] as string, hasEnded: fields[0] === 'Z' && Number(fields[17]) <= 1 }
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
