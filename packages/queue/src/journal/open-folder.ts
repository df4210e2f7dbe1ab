import type { Durability } from '../api.ts'
import { newEpoch } from '../engine/lease.ts'
import { LocalEngine } from '../engine/local-engine.ts'
import { type Clock, LocalQueues } from '../engine/local-queues.ts'
import type { QueueError } from '../errors.ts'
import { type Disk, folderDisk } from '../log/disk.ts'
import { lockFolder } from '../log/lock.ts'
import { makeFolder } from '../log/make-folder.ts'
import { segmentName } from '../log/segment.ts'
import { DiskJournal } from './disk-journal.ts'
import { type Recovery, recover } from './recovery.ts'

/** How queues on a disk are opened. */
export interface FolderOptions {
  readonly durability: Exclude<Durability, 'memory'>
  readonly segmentBytes: number
  readonly memoryBytes: number
  readonly clock: Clock
}

/** An engine on a disk, and what was found there. */
export interface OpenedFolder {
  readonly engine: LocalEngine
  readonly recovery: Recovery
}

/** Opens the queues in a folder, which is made if it is not there, and is this process's own until the engine is closed. */
export async function openFolder(path: string, options: FolderOptions): Promise<OpenedFolder> {
  makeFolder(path)
  const loss = { tell: () => {} }
  const lock = lockFolder(path, () => loss.tell())
  try {
    return await openDisk(folderDisk(path), path, options, { release: () => lock.release(), loss })
  } catch (error) {
    lock.release()
    throw error
  }
}

/** As `openFolder`, on any disk. */
export async function openDisk(
  disk: Disk,
  path: string,
  { clock, ...options }: FolderOptions,
  lock: { release(): void; readonly loss?: { tell: () => void } } = { release() {} },
): Promise<OpenedFolder> {
  const { replay, segments, ...recovery } = await recover(disk, path)
  const onwards = notBefore(clock, replay.latestMs)
  const epoch = newEpoch()
  const journal = new DiskJournal(disk, { ...options, epoch, now: () => onwards.now() })
  const { queues: remembered, nextNumber } = replay
  const queues = new LocalQueues(onwards, { epoch, journal, queues: remembered, nextNumber })
  try {
    for (const [number, size] of segments) journal.log.adopt(number, disk.open(segmentName(number)), size)
    await journal.open(queues, () => queues.close(journal.failure as QueueError))
  } catch (error) {
    await journal.log.close()
    throw error
  }
  if (lock.loss !== undefined) {
    lock.loss.tell = () => journal.log.fail(new Error(`${path} has been taken by another process`))
  }
  const engine = new LocalEngine(queues, journal, () => lock.release())
  return { engine, recovery }
}

/** A clock that goes on where the last run ended, also if that of the machine was put back. */
function notBefore(clock: Clock, ms: number): Clock {
  const shiftMs = Math.max(0, ms - clock.now())
  return shiftMs === 0 ? clock : { now: () => clock.now() + shiftMs }
}
