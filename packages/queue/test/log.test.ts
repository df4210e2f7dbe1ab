import { crc32 } from 'node:zlib'
import { expect, test } from 'vitest'
import { crc32Of } from '../src/log/crc.ts'
import { scanFrames } from '../src/log/frame.ts'
import { Log } from '../src/log/log.ts'
import { readHeader, segmentName } from '../src/log/segment.ts'
import { FailingDisk } from './failing-disk.ts'
import { Random } from './random.ts'

test('a frame that nobody ends since something threw is ended by the log, and breaks no other', async () => {
  const disk = new FailingDisk(new Random(1))
  const options = { durability: 'never', segmentBytes: 1_000, epoch: 1, now: () => 0 } as const
  const log = new Log(disk, options, { begun() {}, failed() {} })
  await log.open()
  log.begin()
  log.writer.u8(1)
  log.end()
  log.begin()
  log.writer.u8(2)
  await log.written()
  log.begin()
  log.writer.u8(3)
  log.end()
  await log.close()
  const bytes = disk.bytes(segmentName(1))
  const found: number[] = []
  const { damages } = scanFrames(bytes, readHeader(bytes)?.salt as number, (start) =>
    found.push(bytes[start] as number),
  )
  expect([found, damages]).toEqual([[1, 2, 3], []])
})

test('a checksum is that of zlib, however long what it sums up is, and wherever it lies', () => {
  const bytes = Uint8Array.from({ length: 400 }, (_, at) => (at * 151) & 255).subarray(7)
  for (let length = 0; length < 300; length++) {
    const expected = crc32(bytes.subarray(5, 5 + length))
    expect(crc32Of(bytes, 5, 5 + length) >>> 0, `${length}`).toBe(expected)
  }
})
