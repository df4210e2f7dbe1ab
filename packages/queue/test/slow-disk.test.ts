import { afterEach, expect, test, vi } from 'vitest'
import { openDisk } from '../src/journal/open-folder.ts'
import { Kind } from '../src/journal/records.ts'
import type { Disk, LogFile } from '../src/log/disk.ts'
import { scanFrames } from '../src/log/frame.ts'
import { readHeader } from '../src/log/segment.ts'
import { FailingDisk } from './failing-disk.ts'
import { Random } from './random.ts'
import { HandClock, now, quiet } from './support.ts'

afterEach(() => {
  vi.useRealTimers()
})

/** A disk whose syncs do not end before this says so. */
function slow(disk: FailingDisk, end: () => Promise<void>): Disk {
  const slowFile = (file: LogFile): LogFile => ({
    append: (bytes) => file.append(bytes),
    trim: () => file.trim(),
    async sync() {
      await file.sync()
      await end()
    },
    read: (offset, length) => file.read(offset, length),
    close: () => file.close(),
  })
  return {
    names: () => disk.names(),
    size: (name) => disk.size(name),
    create: (name) => slowFile(disk.create(name)),
    open: (name) => slowFile(disk.open(name)),
    truncate: (name, length) => disk.truncate(name, length),
    remove: (name) => disk.remove(name),
    syncFolder: () => disk.syncFolder(),
  }
}

/** The time after which a write is to be synced. */
async function pass(): Promise<void> {
  await quiet()
  await vi.advanceTimersByTimeAsync(1)
  await quiet()
}

test('what is written while a slow disk syncs is synced, too, although nothing is written after it', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  const disk = new FailingDisk(new Random(1))
  const options = { durability: { everyMs: 1 }, segmentBytes: 2 ** 20, memoryBytes: 0, clock: new HandClock() } as const
  const begun = [Promise.withResolvers<void>(), Promise.withResolvers<void>()] as const
  const goOn = Promise.withResolvers<void>()
  let syncs = Number.NEGATIVE_INFINITY
  const { engine: queues } = await openDisk(
    slow(disk, () => {
      begun[syncs++]?.resolve()
      return syncs === 1 ? goOn.promise : Promise.resolve()
    }),
    'disk',
    options,
  )
  await queues.create('a')
  await pass() // That is synced.
  syncs = 0
  await queues.send('a', '1')
  await pass()
  await begun[0].promise
  await queues.send('a', '2')
  await pass() // Its time comes while the disk is busy.
  goOn.resolve()
  await begun[1].promise
  const { engine: after } = await openDisk(disk.afterPowerLoss(), 'disk', options)
  expect((await after.stats('a')).ready).toBe(2)
  await after.close()
  await queues.close()
})

test('what is thrown away while older files are written again is given back, too, although nothing happens after it', async () => {
  const disk = new FailingDisk(new Random(1))
  const options = { durability: 'never', segmentBytes: 2_000, memoryBytes: 0, clock: new HandClock() } as const
  const [begin, goOn] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  let told = 0
  let [hasBegun, hasWritten] = [false, false]
  // The first sync is that before it begins, the next after something was written behind what was told is that of what it wrote again.
  const sync = async () => {
    hasBegun = true
    if (told === 0) await begin.promise
    if (disk.appendedBytes === told) return
    hasWritten = true
    await goOn.promise
  }
  let isOpen = false
  const { engine: queues } = await openDisk(
    slow(disk, () => (isOpen ? sync() : Promise.resolve())),
    'disk',
    options,
  )
  isOpen = true
  await queues.create('late')
  await queues.create('busy')
  await queues.sendMany('late', many(20, { delayMs: 1e9 }))
  const throwAway = async (times: number): Promise<void> => {
    for (; times > 0; times--) {
      await queues.sendMany('busy', many(20))
      await queues.receive('busy', { max: 20, leaseMs: 0, ...now })
    }
  }
  for (let times = 0; times < 1_000 && !hasBegun; times++) await throwAway(1)
  await quiet()
  expect(await kindsOn(disk), 'nothing is written again before what was sent together is safe').not.toContain(Kind.kept)
  told = disk.appendedBytes
  begin.resolve()
  await until(() => hasWritten)
  expect(await kindsOn(disk)).toContain(Kind.kept)
  await throwAway(50)
  const before = disk.totalBytes
  goOn.resolve()
  await until(() => disk.totalBytes < before / 5)
  expect((await queues.stats('late')).delayed).toBe(20)
  await queues.close()
})

/** The kinds of records with which frames begin. */
async function kindsOn(disk: FailingDisk): Promise<Set<number>> {
  const kinds = new Set<number>()
  for (const name of await disk.names()) {
    const bytes = disk.bytes(name)
    scanFrames(bytes, readHeader(bytes)?.salt ?? 0, (start) => kinds.add(bytes[start] ?? 0))
  }
  return kinds
}

async function until(isSo: () => boolean): Promise<void> {
  for (let times = 0; !isSo(); times++) {
    if (times > 1_000) throw new Error('it never is')
    await quiet()
  }
}

const many = (count: number, options: object = {}) =>
  Array.from({ length: count }, (_, i) => ({ body: String(i).padEnd(100, '.'), ...options }))
