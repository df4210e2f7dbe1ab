import { mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { openQueues, type QueueEngine } from '../src/index.ts'
import { openDisk } from '../src/journal/open-folder.ts'
import { segmentName } from '../src/log/segment.ts'
import { FailingDisk } from './failing-disk.ts'
import { Random } from './random.ts'
import { HandClock, now, rejection, texts } from './support.ts'

const ALL = { max: 99_999, ...now }

interface OnDisk {
  readonly disk: FailingDisk
  readonly clock: HandClock
  readonly queues: QueueEngine
  open(disk: FailingDisk): Promise<QueueEngine>
}

async function onDisk(segmentBytes: number): Promise<OnDisk> {
  const clock = new HandClock()
  const disk = new FailingDisk(new Random(1))
  const options = { durability: 'always', segmentBytes, memoryBytes: 0, clock } as const
  const open = async (each: FailingDisk) => (await openDisk(each, 'disk', options)).engine
  return { disk, clock, queues: await open(disk), open }
}

/** Resolves when nothing is written any more. Gives how much was, meanwhile. */
async function atRest(disk: FailingDisk): Promise<number> {
  const before = disk.appendedBytes
  let last = -1
  for (let pauses = 0; last !== disk.appendedBytes; pauses++) {
    if (pauses > 500) throw new Error('it writes for ever')
    last = disk.appendedBytes
    for (let turns = 0; turns < 50; turns++) await new Promise(setImmediate)
  }
  return disk.appendedBytes - before
}

const many = (count: number, options: object = {}) =>
  Array.from({ length: count }, (_, i) => ({ body: String(i).padEnd(100, '.'), ...options }))

describe('compaction comes to rest', () => {
  test('with more dedup keys than fit in a file', async () => {
    const { disk, queues } = await onDisk(2_000)
    await queues.create('a')
    for (let i = 0; i < 200; i++) await queues.send('a', '', { dedupKey: `${i}`.padEnd(100, '.') })
    await queues.purge('a')
    expect(await atRest(disk)).toBeLessThan(200_000)
    await queues.send('a', 'x')
    await atRest(disk)
    const before = disk.appendedBytes
    for (let i = 0; i < 10; i++) await queues.send('a', 'x')
    await atRest(disk)
    expect(disk.appendedBytes - before).toBeLessThan(50_000)
    await queues.close()
  })

  test('with more queues than fit in a file', async () => {
    const { disk, queues } = await onDisk(500)
    for (let i = 0; i < 30; i++) await queues.create(`q${i}`)
    for (let i = 0; i < 30; i++) await queues.send(`q${i}`, 'x')
    await atRest(disk)
    await queues.close()
  })

  test('with large headers', async () => {
    const { disk, queues } = await onDisk(1_000)
    await queues.create('a')
    for (let i = 0; i < 100; i++) await queues.send('a', '', { headers: { ['n'.repeat(200)]: 'v' } })
    await atRest(disk)
    await queues.close()
  })
})

describe('a new file is begun', () => {
  test.each(['always', 'never', { everyMs: 1e9 }] as const)('when one is full, with sync %j', async (durability) => {
    const disk = new FailingDisk(new Random(1))
    const options = { durability, segmentBytes: 1_000, memoryBytes: 0, clock: new HandClock() } as const
    const { engine } = await openDisk(disk, 'disk', options)
    await engine.create('a')
    for (let i = 0; i < 100; i++) {
      await engine.sendMany('a', many(2))
      for (let turns = 0; turns < 6; turns++) await new Promise(setImmediate)
    }
    expect(Math.max(...(await disk.names()).map((name) => disk.size(name)))).toBeLessThan(3_000)
    await engine.close()
  })
})

describe('compaction gives disk back', () => {
  test('when a queue is deleted whose messages are being written again', async () => {
    const { disk, queues } = await onDisk(2_000)
    for (const name of ['a', 'b']) await queues.create(name)
    for (let i = 0; i < 40; i++) {
      for (const name of ['a', 'b']) await queues.sendMany(name, many(3))
      for (const name of ['a', 'b']) await queues.receive(name, { max: 2, leaseMs: 0, ...now })
      if (i % 7 === 0) {
        const deleting = queues.delete('b', { force: true })
        await queues.receive('a', { max: 2, leaseMs: 0, ...now })
        await deleting
        await queues.create('b')
      }
    }
    for (const name of ['a', 'b']) await queues.purge(name)
    await queues.send('a', 'x')
    await queues.purge('a')
    for (let i = 0; i < 30; i++) await queues.send('a', 'x'.repeat(200)).then(() => queues.purge('a'))
    await atRest(disk)
    expect((await disk.names()).length).toBeLessThan(5)
    await queues.close()
  })

  test('though ten thousand delayed messages stay', { timeout: 300_000 }, async () => {
    const path = await mkdtemp(join(tmpdir(), 'millrace-queue-'))
    const queues = await openQueues({ path, sync: 'never', segmentBytes: 2 ** 17 })
    await queues.create('late')
    await queues.create('busy')
    await queues.sendMany('late', many(10_000, { delayMs: 1e9 }))
    const onDisk = async (): Promise<number> => {
      const sizes = (await readdir(path)).map((file) =>
        stat(join(path, file)).then(
          ({ size }) => size,
          () => 0,
        ),
      )
      return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0)
    }
    const live = 10_000 * 150
    for (let round = 0; round < 5; round++) {
      for (let i = 0; i < 30; i++) {
        await queues.sendMany('busy', many(1_000))
        await queues.receive('busy', { max: 1_000, leaseMs: 0, ...now })
      }
      await expect.poll(onDisk, { timeout: 50_000 }).toBeLessThan(4 * live)
    }
    await queues.close()
    const again = await openQueues({ path, sync: 'never', segmentBytes: 2 ** 17 })
    expect((await again.stats('late')).delayed).toBe(10_000)
    await again.close()
    await rm(path, { recursive: true })
  })

  test('and counts what was counted', async () => {
    const { disk, clock, queues, open } = await onDisk(2_000)
    await queues.create('a', { leaseMs: 10 })
    for (let i = 0; i < 60; i++) {
      await queues.sendMany('a', many(4))
      const [first, second] = await queues.receive('a', { max: 3, ...now })
      await queues.ack(first?.lease ?? '')
      await queues.nack(second?.lease ?? '')
      clock.nowMs += 10
      await queues.receive('a', { leaseMs: 0, ...now })
      if (i % 10 === 9) await queues.purge('a')
    }
    await atRest(disk)
    const before = await queues.stats('a')
    const again = await open(disk.afterKill())
    expect(await again.stats('a')).toEqual(before)
    for (const each of [queues, again]) await each.close()
  })
})

describe('a file that is missing', () => {
  test('is a named error, whichever it is, and what is there stays', async () => {
    const { disk, queues, open } = await onDisk(1_000)
    await queues.create('a')
    for (let i = 0; i < 60; i++) {
      await queues.sendMany('a', many(4))
      if (i < 40) await queues.receive('a', { max: 4, leaseMs: 0, ...now })
    }
    await atRest(disk)
    await queues.close()
    const names = (await disk.names()).sort()
    expect(names.length).toBeGreaterThan(5)
    expect(names[0]).not.toBe(segmentName(1))
    for (const name of names.slice(0, -1)) {
      const without = disk.afterKill()
      without.remove(name)
      expect(await rejection(open(without))).toMatchObject({ code: 'damaged', message: expect.stringContaining(name) })
      expect((await without.names()).length).toBe(names.length - 1)
    }
    const again = await open(disk)
    expect(texts(await again.receive('a', ALL)).length).toBe(80)
    await again.close()
  })

  test('may be all of them: then it is empty', async () => {
    const { queues, open } = await onDisk(1_000)
    const again = await open(new FailingDisk(new Random(1)))
    expect(await again.list()).toEqual([])
    for (const each of [queues, again]) await each.close()
  })
})
