/**
 * One packer per store. Every packer that wants the store puts a file of its own into it and then looks for others:
 *
 *     lock-4711-88213     pid 4711, started 88213 clock ticks after boot (0 where the system does not tell)
 *
 * INVARIANT  a packer owns the store if its file is there and, after it was made, no other living packer's file was.
 *            Of two, the later one sees the earlier; if both see each other both step back and try again.
 * INVARIANT  a name belongs to one process for ever, so removing the file of a dead process never removes a live one.
 */
import { readFileSync } from 'node:fs'
import { open, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { PackError, systemCode } from './errors.ts'

const ATTEMPTS = 5
const lockName = /^lock-(\d+)-(\d+)$/

/** The right to write a store. */
export interface StoreLock {
  /** Gives it back. */
  release(): Promise<void>
}

/** Takes the lock of the store in `folder`, from a dead packer too. Throws `PackError`, code `busy`, if another one lives. */
export async function lockStore(folder: string): Promise<StoreLock> {
  const name = `lock-${process.pid}-${processOf(process.pid)[1] ?? 0}`
  const path = join(folder, name)
  for (let attempt = 1; ; attempt++) {
    await create(path, folder)
    const owner = await otherOwner(folder, name)
    if (owner === undefined) return { release: () => rm(path, { force: true }) }
    await rm(path, { force: true })
    if (attempt === ATTEMPTS) throw busy(folder, owner)
    // Random, so that two who saw each other do not meet again and again.
    await delay(5 + Math.random() * 40 * attempt)
  }
}

async function create(path: string, folder: string): Promise<void> {
  try {
    const file = await open(path, 'wx')
    await file.close()
  } catch (error) {
    if (systemCode(error) === 'EEXIST') throw busy(folder, process.pid)
    throw error
  }
}

async function otherOwner(folder: string, own: string): Promise<number | undefined> {
  for (const name of await readdir(folder)) {
    const [, pid, start] = lockName.exec(name) ?? []
    if (pid === undefined || name === own) continue
    if (isAlive(Number(pid), Number(start))) return Number(pid)
    await rm(join(folder, name), { force: true })
  }
  return undefined
}

function busy(folder: string, pid: number): PackError {
  return new PackError('busy', `${folder} is in use by another packer (process ${pid})`)
}

function isAlive(pid: number, start: number): boolean {
  try {
    process.kill(pid, 0)
  } catch (error) {
    if (systemCode(error) === 'ESRCH') return false
  }
  const [state, known] = processOf(pid)
  return state !== 'Z' && (known === undefined || start === 0 || known === start)
}

/**
 * The state of a process (Z: dead, not yet buried by its parent) and when it started, so that a number used again is
 * not taken for the process that had it before. Nothing but on Linux.
 */
function processOf(pid: number): [state?: string, start?: number] {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    // The name in parentheses may hold anything; fields 3 and 22 are the first and the 20th after it.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return [fields[0] ?? '', Number(fields[19])]
  } catch {
    return []
  }
}
