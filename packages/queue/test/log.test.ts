import { crc32 } from 'node:zlib'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { crc32Of } from '../src/log/crc.ts'
import { scanFrames } from '../src/log/frame.ts'
import { Log } from '../src/log/log.ts'
import { readHeader, segmentName } from '../src/log/segment.ts'
import { FailingDisk } from './failing-disk.ts'
import { Random } from './random.ts'

afterEach(() => {
  vi.useRealTimers()
})

const EPOCH = { epoch: 1, now: () => 0, segmentBytes: 1_000 } as const

/** Writes a frame of one byte, and ends it unless something throws. */
function write(log: Log, byte: number, isEnded = true): void {
  log.begin()
  log.writer.u8(byte)
  if (isEnded) log.end()
}

/** The bytes in the frames of the first file, and what is damaged there. */
function found(disk: FailingDisk): unknown {
  const bytes = disk.bytes(segmentName(1))
  const written: number[] = []
  const { damages } = scanFrames(bytes, readHeader(bytes)?.salt as number, (start, end) =>
    written.push(...bytes.subarray(start, end)),
  )
  return [written, damages]
}

describe('a frame that nobody ends since something threw is ended by the log, and breaks no other', () => {
  test('in the next turn', async () => {
    const disk = new FailingDisk(new Random(1))
    const log = new Log(disk, { ...EPOCH, durability: 'never' }, { begun() {}, failed() {} })
    await log.open()
    write(log, 1)
    write(log, 2, false)
    await log.written()
    write(log, 3)
    await log.close()
    expect(found(disk)).toEqual([[1, 2, 3], []])
  })

  test('when a sync is over, and it is late for the next', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const disk = new FailingDisk(new Random(1))
    const log = new Log(disk, { ...EPOCH, durability: { everyMs: 1 } }, { begun() {}, failed() {} })
    await log.open()
    write(log, 1)
    await log.written() // The time until the next sync runs.
    const syncing = Promise.withResolvers<void>()
    disk.busy = syncing.promise
    const synced = log.synced()
    await vi.advanceTimersByTimeAsync(1)
    write(log, 2, false)
    syncing.resolve()
    await synced
    write(log, 3)
    await log.close()
    expect(found(disk)).toEqual([[1, 2, 3], []])
  })
})

test('a checksum is that of zlib, however long what it sums up is, and wherever it lies', () => {
  const bytes = Uint8Array.from({ length: 400 }, (_, at) => (at * 151) & 255).subarray(7)
  for (let length = 0; length < 300; length++) {
    const expected = crc32(bytes.subarray(5, 5 + length))
    expect(crc32Of(bytes, 5, 5 + length) >>> 0, `${length}`).toBe(expected)
  }
})
