import { linkSync, readdirSync, renameSync, statSync, unlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { QueueError } from '../errors.ts'
import { isAlive, newOwner, type Owner, type OwnerFile, readOwner, SILENCE_MS } from './owner.ts'

const NAME = 'lock'
/** So often the owner shows that it is alive. */
const BEAT_MS = 2_000

/** A folder that is this process's alone. */
export interface FolderLock {
  release(): void
}

/**
 * Makes a folder this process's own, until it is released or the process ends, however that happens.
 *
 *     draft ──link──▶ lock                        fails if it is there
 *     draft ──link──▶ claim ──rename──▶ lock      if its owner is gone: only who has the claim on that owner may replace it
 *
 * An owner of this place that is gone is seen to be so at once; one of another place, such as another container, when its file has not been touched
 * for a while. Who made a claim and is gone too leaves it: the next one claims what it claimed. Throws `QueueError` with code `locked`.
 *
 * INVARIANT  a file is never removed, nor replaced, because of what stood there before: another process may have put its own there since.
 *
 * `onLoss` is called if another one has taken the folder, since this process stood still for too long.
 */
export function lockFolder(path: string, onLoss: () => void): FolderLock {
  const own = newOwner()
  const file = join(path, NAME)
  take(path, file, own)
  removeRemains(path)
  const beat = setInterval(() => {
    if (isTouched(file, own)) return
    clearInterval(beat)
    onLoss()
  }, BEAT_MS).unref()
  return {
    release() {
      clearInterval(beat)
      if (readOwner(file)?.key === own.token) unlinkSync(file)
    },
  }
}

function take(path: string, file: string, own: Owner): void {
  const draft = join(path, `${NAME}.${own.token}`)
  writeFileSync(draft, JSON.stringify(own))
  try {
    // Each turn somebody else has made or removed the file meanwhile.
    while (!tryLink(draft, file)) {
      const found = readOwner(file)
      if (found === undefined) continue
      if (isAlive(found)) throw locked(path, found)
      if (tryReplace(path, file, draft, found)) return
    }
  } finally {
    tryUnlink(draft)
  }
}

/** Whether the file of an owner that is gone has become this process's. */
function tryReplace(path: string, file: string, draft: string, gone: OwnerFile): boolean {
  const claims: string[] = []
  for (;;) {
    const claim = join(path, `${NAME}.over.${gone.key}.${claims.length}`)
    claims.push(claim)
    if (tryLink(draft, claim)) {
      const isOurs = readOwner(file)?.key === gone.key
      if (isOurs) renameSync(draft, file)
      for (const each of isOurs ? claims : [claim]) tryUnlink(each)
      return isOurs
    }
    const claimant = readOwner(claim)
    if (claimant === undefined) return false
    if (isAlive(claimant)) throw locked(path, claimant)
  }
}

/** Removes what processes left that ended in the middle of it. */
function removeRemains(path: string): void {
  for (const name of readdirSync(path)) {
    if (!name.startsWith(`${NAME}.`)) continue
    const file = join(path, name)
    if (name.startsWith(`${NAME}.over.`) || isOld(file)) tryUnlink(file)
  }
}

function isOld(file: string): boolean {
  return Date.now() - (statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0) > SILENCE_MS
}

/** Whether it is this owner's still; then it is as if it had just been written. */
function isTouched(file: string, { token }: Owner): boolean {
  try {
    if (readOwner(file)?.key !== token) return false
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

function tryUnlink(file: string): void {
  try {
    unlinkSync(file)
  } catch {
    // It is gone already.
  }
}

function locked(path: string, { owner }: OwnerFile): QueueError {
  const who = owner === undefined ? 'another process' : `process ${owner.pid} at ${owner.place.split(' ', 1)[0]}`
  return new QueueError('locked', `${path} belongs to ${who}; one process at a time can have it open`)
}
