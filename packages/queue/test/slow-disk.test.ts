import { afterEach, expect, test, vi } from 'vitest'
import { openDisk } from '../src/journal/open-folder.ts'
import type { Disk, LogFile } from '../src/log/disk.ts'
import { FailingDisk } from './failing-disk.ts'
import { Random } from './random.ts'
import { HandClock, quiet } from './support.ts'

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
