/**
 * One packer per store. Every packer that wants the store puts a file of its own into it and then looks for others:
 *
 *     lock-4711-88213-5f0c…-4026531836    pid 4711, started 88213 clock ticks after boot (0 where the system does not
 *                                         tell), of the boot 5f0c…, in the PID namespace 4026531836 (both only with /proc)
 *
 * INVARIANT  a packer owns the store if its file is there and, after it was made, no other living packer's file was.
 *            Of two, the later one sees the earlier; if both see each other both step back and try again.
 * INVARIANT  a name belongs to one process for ever, so removing the file of a dead process never removes a live one. A
 *            process of an earlier boot is dead; one of another PID namespace (a container) cannot be seen from here and
 *            counts as alive.
 */
import { readFileSync, readlinkSync } from 'node:fs'
import { open, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { PackError, systemCode } from './errors.ts'

const ATTEMPTS = 5
const lockName = /^lock-(\d+)-(\d+)(?:-([0-9a-f]{32})-(\d+))?$/

/** The right to write a store. */
export interface StoreLock {
  /** Gives it back. */
  release(): Promise<void>
}

/** Takes the lock of the store in `folder`, from a dead packer too. Throws `PackError`, code `busy`, if another one lives. */
export async function lockStore(folder: string): Promise<StoreLock> {
  const here = whereabouts()
  const place = here === undefined ? '' : `-${here.boot}-${here.namespace}`
  const name = `lock-${process.pid}-${processOf(process.pid)[1] ?? 0}${place}`
  const path = join(folder, name)
  for (let attempt = 1; ; attempt++) {
    await create(path, folder)
    const owner = await otherOwner(folder, name, here)
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
    if (systemCode(error) === 'EEXIST') throw busy(folder, `process ${process.pid}`)
    throw error
  }
}

async function otherOwner(folder: string, own: string, here: Whereabouts | undefined): Promise<string | undefined> {
  for (const name of await readdir(folder)) {
    const [, pid, start, boot, namespace] = lockName.exec(name) ?? []
    if (pid === undefined || name === own) continue
    const isOfThisBoot = boot === undefined || here === undefined || boot === here.boot
    const isForeign = namespace !== undefined && namespace !== here?.namespace
    if (isOfThisBoot && isForeign) return `process ${pid} of another container; if it is gone, remove ${name}`
    if (isOfThisBoot && isAlive(Number(pid), Number(start))) return `process ${pid}`
    await rm(join(folder, name), { force: true })
  }
  return undefined
}

function busy(folder: string, owner: string): PackError {
  return new PackError('busy', `${folder} is in use by another packer (${owner})`)
}

interface Whereabouts {
  readonly boot: string
  readonly namespace: string
}

/** In which run of the machine, and in which PID namespace, this process is; `undefined` where there is no /proc. */
function whereabouts(): Whereabouts | undefined {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').replace(/[^0-9a-f]/g, '')
    const namespace = readlinkSync('/proc/self/ns/pid').replace(/\D/g, '')
    return boot.length === 32 && namespace !== '' ? { boot, namespace } : undefined
  } catch {
    return undefined
  }
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
