import { expect, test } from 'vitest'
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
