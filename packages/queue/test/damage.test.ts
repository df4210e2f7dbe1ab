import { crc32 } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { QueueError } from '../src/index.ts'
import { openDisk } from '../src/journal/open-folder.ts'
import { Kind } from '../src/journal/records.ts'
import { type Recovery, recover } from '../src/journal/recovery.ts'
import { lengthWithoutRoom } from '../src/log/frame.ts'
import { HEADER_BYTES, segmentName } from '../src/log/segment.ts'
import { FailingDisk } from './failing-disk.ts'
import { Random, seeds } from './random.ts'
import { HandClock, now, rejection } from './support.ts'

const options = { durability: 'always', segmentBytes: 800, memoryBytes: 0, clock: new HandClock() } as const

/** What is in a folder: by queue, the bodies of all messages, with their deliveries. */
type Contents = Readonly<Record<string, readonly string[]>>

/** A few queues in a few files, with all kinds of records. */
async function store(): Promise<FailingDisk> {
  const disk = new FailingDisk(new Random(1))
  const { engine } = await openDisk(disk, 'disk', options)
  await engine.create('dead')
  await engine.create('a', { maxDeliveries: 1, deadLetterQueue: 'dead' })
  await engine.create('b', { order: 'priority' })
  for (let i = 0; i < 3; i++) {
    await engine.send('a', `a${i}`, { headers: { n: String(i) } })
    await engine.send('b', `b${i}`, { priority: i % 3, dedupKey: `k${i}`, delayMs: i % 2 })
    if (i % 3 === 1) await engine.nack((await engine.receive('a', now))[0]?.lease ?? '')
    if (i % 3 === 2) await engine.receive('a', now)
  }
  await engine.pause('b')
  await engine.close()
  return disk
}

async function read(disk: FailingDisk): Promise<{ contents: Contents; recovery: Recovery }> {
  const { replay, ...recovery } = await recover(disk, 'disk')
  const contents = replay.queues.map(({ identity, state }) => {
    const bodies = [...state.messages].map(({ segment, offset, length }) =>
      disk.bytes(segmentName(segment)).toString('utf8', offset, offset + length),
    )
    return [identity.name, bodies.sort()] as const
  })
  return { contents: Object.fromEntries(contents), recovery }
}

/** How many messages are missing, or should not be there. */
function difference(whole: Contents, left: Contents): number {
  let count = 0
  for (const [queue, bodies] of Object.entries(whole)) {
    const there = left[queue]
    if (there === undefined) throw new Error(`queue ${queue} is lost`)
    count +=
      bodies.filter((body) => !there.includes(body)).length + there.filter((body) => !bodies.includes(body)).length
  }
  return count
}

/** Where the frames of a file are, as their lengths tell. */
function frames(bytes: Buffer): { start: number; end: number }[] {
  const found: { start: number; end: number }[] = []
  for (let start = HEADER_BYTES; start < bytes.length; ) {
    const end = start + 12 + bytes.readUInt32LE(start + 8)
    found.push({ start, end })
    start = end
  }
  return found
}

function reported(recovery: Recovery): number {
  return recovery.tornBytes + recovery.damages.reduce((sum, { bytes }) => sum + bytes, 0)
}

describe('a damaged disk costs no more than the frame that is damaged', { timeout: 240_000 }, () => {
  test.each([1, 255])('whichever byte is changed by %d, and it is reported', async (mask) => {
    const disk = await store()
    const { contents: whole } = await read(disk)
    const names = await disk.names()
    expect(names.length).toBeGreaterThan(1)
    for (const name of names) {
      const places = frames(disk.bytes(name))
      for (let offset = 0; offset < disk.bytes(name).length; offset++) {
        const damaged = disk.afterKill()
        damaged.damage(name, (bytes) => {
          bytes[offset] = (bytes[offset] as number) ^ mask
          return bytes
        })
        const used = lengthWithoutRoom(damaged.bytes(name)) // Zeros at the end might be room.
        const { contents, recovery } = await read(damaged)
        const where = `${name} at ${offset}`
        const frame = places.find(({ start, end }) => offset >= start && offset < end)
        // One frame of this store says at most that a message is gone from one queue and is in another.
        expect(difference(whole, contents), where).toBeLessThanOrEqual(frame === undefined ? 0 : 2)
        expect(reported(recovery), where).toBe(frame === undefined ? 0 : Math.min(frame.end, used) - frame.start)
      }
    }
  })

  test('wherever a file is cut off', async () => {
    const disk = await store()
    const { contents: whole } = await read(disk)
    for (const name of await disk.names()) {
      const places = frames(disk.bytes(name))
      for (let length = 0; length < disk.bytes(name).length; length++) {
        const damaged = disk.afterKill()
        damaged.damage(name, (bytes) => bytes.subarray(0, length))
        const lost = places.filter(({ end }) => end > length)
        const outcome = await read(damaged).catch((error: QueueError) => error)
        const where = `${name} cut at ${length}`
        if (outcome instanceof QueueError) {
          // Between two frames it does not look damaged; an older file, of which it was said there that it is not needed, is missed then.
          expect([0, lost[0]?.start], where).toContain(length)
          expect(outcome.code).toBe('damaged')
        } else expect(difference(whole, outcome.contents), where).toBeLessThanOrEqual(2 * lost.length)
      }
    }
  })

  test('and the engine opens, works, and finds nothing damaged of what it writes then', async () => {
    const disk = await store()
    for (const seed of seeds('DAMAGE_ROUNDS', 150)) {
      const random = new Random(seed)
      const names = await disk.names()
      const damaged = disk.afterKill()
      for (let times = random.between(1, 3); times > 0; times--) {
        const kind = random.pick(['flip', 'flip', 'cut', 'garbage', 'zeros'])
        damaged.damage(random.pick(names), (bytes) => {
          const offset = random.between(0, bytes.length - 1)
          if (kind === 'cut') return bytes.subarray(0, Math.max(1, offset))
          const more = Buffer.from(Array.from({ length: random.between(1, 200) }, () => random.between(0, 255)))
          if (kind === 'garbage') return Buffer.concat([bytes, more])
          if (kind === 'zeros') return Buffer.concat([bytes, Buffer.alloc(600)])
          bytes[offset] = (bytes[offset] as number) ^ random.between(1, 255)
          return bytes
        })
      }
      const { engine } = await openDisk(damaged, 'disk', options).catch((error: unknown) => {
        throw new Error(`SEED=${seed} DAMAGE_ROUNDS=1`, { cause: error })
      })
      await engine.create('new')
      await engine.send('new', 'x')
      for (const name of await engine.list()) await engine.receive(name, { max: 9, ...now })
      await engine.close()
      const { engine: again, recovery } = await openDisk(damaged, 'disk', options)
      expect((await again.stats('new')).inFlight, `SEED=${seed}`).toBe(1)
      expect(recovery.tornBytes, `SEED=${seed}`).toBe(0)
      await again.close()
    }
  })

  test('also if both headers of a file are lost', async () => {
    const disk = await store()
    const { contents: whole } = await read(disk)
    for (const name of await disk.names()) {
      const damaged = disk.afterKill()
      damaged.damage(name, (bytes) => bytes.fill(0, 0, HEADER_BYTES))
      const { contents, recovery } = await read(damaged)
      expect(difference(whole, contents)).toBe(0)
      expect(recovery.damages).toEqual([{ file: name, offset: 0, bytes: HEADER_BYTES }])
    }
  })
})

test('a file of zeros that is not the last is reported', async () => {
  const disk = await store()
  const [name] = (await disk.names()).sort() as [string]
  const { length } = disk.bytes(name)
  disk.damage(name, (bytes) => bytes.fill(0))
  const { recovery } = await read(disk)
  expect(recovery.damages).toContainEqual({ file: name, offset: 0, bytes: length })
})

test('a last file that cannot be read since its first sector was lost is reported, and not taken for torn', async () => {
  const disk = await store()
  const last = (await disk.names()).sort().at(-1) as string
  disk.damage(last, (bytes) => bytes.fill(0, 0, 512))
  const before = disk.bytes(last)
  expect(before.length).toBeGreaterThan(512)
  for (let times = 0; times < 2; times++) {
    const { recovery } = await read(disk)
    expect(recovery).toMatchObject({ tornBytes: 0, damages: [{ file: last, offset: 0, bytes: before.length }] })
    expect(disk.bytes(last).equals(before)).toBe(true)
  }
})

test('a last file whose header was being written is no loss, however often the folder is opened then', async () => {
  for (let length = 0; length < HEADER_BYTES; length++) {
    const disk = await store()
    const last = (await disk.names()).sort().at(-1) as string
    const begun = segmentName(Number.parseInt(last, 10) + 1)
    disk.create(begun).append(disk.bytes(last).subarray(0, length))
    const recoveries: Recovery[] = []
    for (let times = 0; times < 3; times++) {
      const { engine, recovery } = await openDisk(disk, 'disk', options)
      recoveries.push(recovery)
      await engine.close()
    }
    expect(
      recoveries.map(({ damages }) => damages),
      `${length} bytes`,
    ).toEqual([[], [], []])
  }
})

test('last files that are removed one after the other, each at an opening that was cut short, are not missed after a loss of power', async () => {
  const disk = await store()
  const last = (await disk.names()).sort().at(-1) as string
  disk.damage(last, (bytes) => bytes.fill(0))
  disk.create(segmentName(Number.parseInt(last, 10) + 1))
  await disk.syncFolder()
  await recover(disk, 'disk')
  await recover(disk, 'disk')
  expect(await disk.names()).not.toContain(last)
  for (let times = 0; times < 50; times++) {
    const left = (await disk.afterPowerLoss().names()).map((name) => Number.parseInt(name, 10)).sort((a, b) => a - b)
    expect(left).toEqual(left.map((_, index) => (left[0] as number) + index))
  }
})

test('a queue that was made anew is the only one of its name, though it is lost that the first was deleted', async () => {
  const disk = new FailingDisk(new Random(1))
  const clock = new HandClock()
  const inOne = { ...options, segmentBytes: 2 ** 20, clock }
  const { engine } = await openDisk(disk, 'disk', inOne)
  await engine.create('a')
  await engine.sendMany('a', [{ body: 'x', ttlMs: 10 }, { body: 'y' }])
  await engine.delete('a')
  await engine.create('a')
  await engine.send('a', 'z')
  await engine.close()
  for (const name of await disk.names()) {
    for (const { start, end } of frames(disk.bytes(name))) {
      if (disk.bytes(name)[start + 12] === Kind.deleted) disk.damage(name, (bytes) => bytes.fill(0, start, end))
    }
  }
  const { engine: again, recovery } = await openDisk(disk, 'disk', inOne)
  expect(recovery).toMatchObject({ messages: 1, damages: [{}] })
  clock.nowMs += 10 // What was in the first does not end: nothing is said of it.
  const [message] = await again.receive('a', now)
  expect([message?.text(), await again.list(), await again.ack(message?.lease ?? '')]).toEqual(['z', ['a'], 'acked'])
  await again.close()
})

test('a queue that was deleted stays so, whichever of what tells that is lost', async () => {
  const disk = new FailingDisk(new Random(1))
  const inOne = { ...options, segmentBytes: 2 ** 20 }
  const { engine } = await openDisk(disk, 'disk', inOne)
  for (const name of ['a', 'b']) await engine.create(name)
  await engine.send('a', 'x')
  await engine.delete('a')
  await engine.close()
  let count = 0
  for (const name of await disk.names()) {
    for (const { start, end } of frames(disk.bytes(name))) {
      if (disk.bytes(name)[start + 12] !== Kind.deleted) continue
      count++
      const damaged = disk.afterKill()
      damaged.damage(name, (bytes) => bytes.fill(255, start, end))
      expect((await read(damaged)).contents).toEqual({ b: [] })
    }
  }
  expect(count).toBe(2)
})

test('a lease is of the run that gave it, though it is lost that it did, and the message is delivered once more', async () => {
  const disk = new FailingDisk(new Random(1))
  const { engine } = await openDisk(disk, 'disk', options)
  await engine.create('a')
  await engine.send('a', 'x')
  const before = disk.afterKill()
  const [first] = await engine.receive('a', now)
  const { engine: again } = await openDisk(before, 'disk', options)
  const [second] = await again.receive('a', now)
  expect([first?.deliveries, second?.deliveries]).toEqual([1, 1])
  const lease = first?.lease ?? ''
  expect([await again.ack(lease), await again.nack(lease), await again.extend(lease, 9)]).toEqual(
    Array(3).fill('requeued'),
  )
  expect(await again.ack(second?.lease ?? '')).toBe('acked')
  for (const each of [engine, again]) await each.close()
})

describe('a file that is damaged in a great many places', () => {
  test('is read all the same, and each is reported', { timeout: 240_000 }, async () => {
    const disk = await store()
    const name = (await disk.names()).sort().at(-1) as string
    const before = disk.bytes(name)
    const { start } = frames(before).at(-1) as { start: number }
    const more = Buffer.concat([Buffer.from([0]), before.subarray(start)])
    const places = 200_000
    disk.damage(name, (bytes) => Buffer.concat([bytes, ...Array.from({ length: places }, () => more)]))
    const { recovery } = await read(disk)
    expect(recovery.damages.length).toBe(places)
    expect(reported(recovery)).toBe(places)
  })
})

describe('a file that another version wrote', () => {
  test('is a named error, and nothing is changed', async () => {
    const disk = await store()
    const [name = ''] = await disk.names()
    disk.damage(name, (bytes) => {
      for (const start of [0, HEADER_BYTES / 2]) {
        bytes.writeUInt32LE(2, start + 8)
        bytes.writeUInt32LE(crc32(bytes.subarray(start, start + 32)), start + 32)
      }
      return bytes
    })
    const before = disk.totalBytes
    expect(await rejection(openDisk(disk, 'disk', options))).toMatchObject({
      code: 'damaged',
      message: expect.stringContaining('version 2'),
    })
    expect(disk.totalBytes).toBe(before)
  })
})
