import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { QueueEngine, QueueError } from '../src/index.ts'
import { openDisk } from '../src/journal/open-folder.ts'
import { type DiskCall, diskError, FailingDisk } from './failing-disk.ts'
import { Random } from './random.ts'
import { HandClock, now, quiet, rejection, texts } from './support.ts'

const unheard: unknown[] = []
const onUnheard = (reason: unknown): void => void unheard.push(reason)

beforeEach(() => {
  unheard.length = 0
  process.on('unhandledRejection', onUnheard)
})

afterEach(async () => {
  await quiet()
  process.off('unhandledRejection', onUnheard)
  expect(unheard).toEqual([])
})

interface OnDisk {
  readonly disk: FailingDisk
  readonly queues: QueueEngine
  readonly clock: HandClock
  reopen(): Promise<QueueEngine>
}

async function onDisk(memoryBytes = 0, segmentBytes = 2 ** 20): Promise<OnDisk> {
  const clock = new HandClock()
  const disk = new FailingDisk(new Random(1))
  const options = { durability: 'always', segmentBytes, memoryBytes, clock } as const
  const { engine } = await openDisk(disk, 'disk', options)
  return {
    disk,
    queues: engine,
    clock,
    reopen: async () => (await openDisk(disk.afterPowerLoss(), 'disk', options)).engine,
  }
}

/** From now on a call fails, so many times it was done well before. */
function failing(disk: FailingDisk, call: DiskCall, code: 'EIO' | 'ENOSPC', after = 0): void {
  let left = after
  disk.fails = (each) => (each === call && left-- <= 0 ? diskError(code, call) : undefined)
}

const failures = [
  ['a sync fails', 'sync', 'EIO'],
  ['there is no space for an append', 'append', 'ENOSPC'],
  ['an append fails in the middle', 'append', 'EIO'],
] as const

describe.each(failures)('when %s', (_, call, code) => {
  test('the send that caused it rejects, carries its body, and names the reason', async () => {
    const { disk, queues } = await onDisk()
    await queues.create('a')
    failing(disk, call, code)
    const error = (await rejection(queues.send('a', 'x'))) as QueueError
    expect(error).toMatchObject({ code: 'read-only', bodies: ['x'], cause: { code } })
    expect(error.message).toContain(code)
    await queues.close()
  })

  test('every later change rejects so, though the disk works again, and nothing is written any more', async () => {
    const { disk, queues } = await onDisk()
    await queues.create('a')
    await queues.sendMany('a', [{ body: '1' }, { body: '2' }])
    const [message] = await queues.receive('a', now)
    const lease = message?.lease ?? ''
    failing(disk, call, code)
    await rejection(queues.send('a', 'x'))
    disk.fails = () => undefined
    const size = disk.totalBytes
    for (const change of [
      () => queues.send('a', 'y'),
      () => queues.trySend('a', 'y'),
      () => queues.sendMany('a', [{ body: 'y' }]),
      () => queues.create('b'),
      () => queues.delete('a', { force: true }),
      () => queues.pause('a'),
      () => queues.resume('a'),
      () => queues.purge('a'),
      () => queues.redrive('a'),
      () => queues.receive('a', now),
      () => queues.ack(lease),
      () => queues.ackMany([lease]),
      () => queues.nack(lease),
      () => queues.extend(lease, 1),
    ]) {
      expect(await rejection(change())).toMatchObject({ code: 'read-only' })
    }
    expect(await rejection(queues.sendMany('a', [{ body: 'y' }]))).toMatchObject({ bodies: ['y'] })
    await queues.close()
    expect(disk.totalBytes).toBe(size)
    expect(disk.opened).toBe(0)
  })

  test.each([0, 2 ** 20])('what is there can be looked at, with %d bytes in memory', async (memoryBytes) => {
    const { disk, queues, clock } = await onDisk(memoryBytes)
    await queues.create('dead')
    await queues.create('a', { maxDeliveries: 1, deadLetterQueue: 'dead', leaseMs: 10 })
    await queues.sendMany('a', [{ body: '1' }, { body: '2' }])
    await queues.receive('a', now)
    failing(disk, call, code)
    await rejection(queues.send('a', 'x'))
    clock.nowMs += 100 // Nothing happens by itself either.
    expect([await queues.list(), texts(await queues.peek('a'))]).toEqual([['dead', 'a'], ['2']])
    expect(await queues.stats('a')).toMatchObject({ inFlight: 1, dead: 0 })
    const { oldestMs } = await queues.stats('a')
    clock.nowMs += 5_000
    expect((await queues.stats('a')).oldestMs).toBe(oldestMs + 5_000)
    expect((await queues.peek('a', { max: 9 })).every((message) => message.body.length === 1)).toBe(true)
    await queues.close()
  })

  test('those who wait are rejected, senders with their bodies', async () => {
    const { disk, queues } = await onDisk()
    await queues.create('a', { capacity: 1, overflow: 'wait' })
    await queues.create('b')
    await queues.send('a', '1')
    const waiting = [queues.receive('b'), queues.send('a', '2'), queues.sendMany('a', [{ body: '3' }])].map(rejection)
    failing(disk, call, code)
    await rejection(queues.send('b', 'x', { delayMs: 1 }))
    expect(await Promise.all(waiting)).toMatchObject([
      { code: 'read-only', bodies: [] },
      { code: 'read-only', bodies: ['2'] },
      { code: 'read-only', bodies: ['3'] },
    ])
    await queues.close()
  })

  test('all that was answered is there when it is opened anew', async () => {
    const { disk, queues, reopen } = await onDisk()
    await queues.create('a')
    await queues.sendMany('a', [{ body: '1' }, { body: '2' }])
    failing(disk, call, code)
    await rejection(queues.send('a', 'x'))
    const again = await reopen()
    expect(texts(await again.peek('a', { max: 2 }))).toEqual(['1', '2'])
    await again.send('a', '3')
    await again.close()
    await queues.close()
  })
})

describe('when a new file', () => {
  test.each(['create', 'append', 'syncFolder'] as const)(
    'is begun and %s fails, all sends are told, and none hangs',
    async (call) => {
      const { disk, queues, reopen } = await onDisk(0, 1)
      await queues.create('a')
      await queues.send('a', '1')
      failing(disk, call, 'ENOSPC', call === 'append' ? 1 : 0)
      const results = await Promise.allSettled([queues.send('a', '2'), queues.send('a', '3'), queues.send('a', '4')])
      const answered = results.flatMap(({ status }, i) => (status === 'fulfilled' ? [String(i + 2)] : []))
      expect(results.filter(({ status }) => status === 'rejected').length).toBeGreaterThan(0)
      await queues.close()
      const again = await reopen()
      expect(texts(await again.peek('a', { max: 9 }))).toEqual(expect.arrayContaining(['1', ...answered]))
      await again.close()
    },
  )
})

describe('when it cannot be opened', () => {
  test.each(['read', 'create', 'append', 'sync', 'syncFolder', 'open'] as const)(
    'since %s fails, no file stays open, and later it can',
    async (call) => {
      const { disk, queues } = await onDisk()
      await queues.create('a')
      await queues.send('a', '1')
      await queues.close()
      failing(disk, call, 'EIO')
      const options = { durability: 'always', segmentBytes: 2 ** 20, memoryBytes: 0, clock: new HandClock() } as const
      expect(await rejection(openDisk(disk, 'disk', options))).toMatchObject({
        name: 'QueueError',
        cause: { code: 'EIO' },
      })
      await quiet()
      expect(disk.opened).toBe(0)
      disk.fails = () => undefined
      const { engine } = await openDisk(disk, 'disk', options)
      expect(texts(await engine.peek('a'))).toEqual(['1'])
      await engine.close()
    },
  )
})

describe('when a body cannot be read', () => {
  test('it stays, and those behind it that are taken for good; of those that are leased the others are delivered', async () => {
    const { disk, queues, clock } = await onDisk(1)
    await queues.create('a', { leaseMs: 10 })
    await queues.send('a', '1') // In memory.
    await queues.send('a', '2')
    failing(disk, 'read', 'EIO')
    expect(texts(await queues.receive('a', { leaseMs: 0, max: 2, ...now }))).toEqual(['1'])
    expect(await rejection(queues.receive('a', { leaseMs: 0, max: 2, ...now }))).toMatchObject({ code: 'damaged' })
    expect((await queues.stats('a')).ready).toBe(1)
    await queues.send('a', '3')
    expect(texts(await queues.receive('a', { max: 2, ...now }))).toEqual(['3'])
    clock.nowMs += 10
    disk.fails = () => undefined
    expect(texts(await queues.receive('a', { max: 2, ...now }))).toEqual(['2', '3'])
    await queues.close()
  })

  test('a message that is to be a dead letter is not lost', async () => {
    const { disk, queues, clock } = await onDisk()
    await queues.create('dead')
    await queues.create('a', { maxDeliveries: 1, deadLetterQueue: 'dead', leaseMs: 10 })
    await queues.create('b')
    await queues.send('a', '1')
    await queues.receive('a', now)
    clock.nowMs += 10
    failing(disk, 'read', 'EIO')
    await queues.send('b', '2')
    disk.fails = () => undefined
    clock.nowMs += 100_000
    await queues.send('b', '3')
    const { ready, delayed, inFlight } = await queues.stats('a')
    expect(ready + delayed + inFlight + (await queues.stats('dead')).ready).toBe(1)
    await queues.close()
  })
})
