import { describe, expect, test } from 'vitest'
import type { QueueEngine } from '../src/index.ts'
import { openDisk } from '../src/journal/open-folder.ts'
import { diskError, FailingDisk } from './failing-disk.ts'
import { Random } from './random.ts'
import { HandClock, now, quiet, rejection, texts } from './support.ts'

const SEGMENT_BYTES = 2_000

async function onDisk(disk: FailingDisk = new FailingDisk(new Random(1))) {
  const options = { durability: 'always', segmentBytes: SEGMENT_BYTES, memoryBytes: 0, clock: new HandClock() } as const
  const { engine: queues } = await openDisk(disk, 'disk', options)
  return { disk, queues, reopen: async () => (await onDisk(disk.afterKill())).queues }
}

/** Changes a byte of a text wherever it stands, in files that are open. Tells in how many places. */
async function rot(disk: FailingDisk, text: string): Promise<number> {
  let places = 0
  for (const name of await disk.names()) {
    const bytes = disk.bytes(name)
    for (let at = bytes.indexOf(text); at !== -1; at = bytes.indexOf(text, at + 1), places++) {
      bytes[at] = (bytes[at] as number) ^ 1
    }
  }
  return places
}

/** Sends and purges so much that the first files are not worth their room. */
async function compact(queues: QueueEngine): Promise<void> {
  await queues.create('busy')
  for (let i = 0; i < 100; i++) {
    await queues.send('busy', 'x'.repeat(300))
    await queues.purge('busy')
  }
  for (let i = 0; i < 100; i++) await quiet()
}

const unreadable = { code: 'damaged', message: expect.stringContaining('the body of message 2 cannot be read') }

describe('a body that has changed on the disk', () => {
  test('is no body: it is refused, and the others are received', async () => {
    const { disk, queues } = await onDisk()
    await queues.create('a')
    for (const body of ['first', 'pay 100', 'third']) await queues.send('a', body)
    expect(await rot(disk, 'pay 100')).toBe(1)
    expect(await queues.stats('a')).toMatchObject({ ready: 3, damaged: 0 })
    expect(await rejection(queues.peek('a', { max: 3 }))).toMatchObject(unreadable)
    expect(texts(await queues.receive('a', { max: 3, ...now }))).toEqual(['first', 'third'])
    expect(await queues.stats('a')).toMatchObject({ inFlight: 3, damaged: 1 })
    await queues.close()
  })

  test('is found also where it was written again', async () => {
    const { disk, queues, reopen } = await onDisk()
    await queues.create('a')
    for (const body of ['first', 'pay 100']) await queues.send('a', body)
    await compact(queues)
    expect(await rot(disk, 'pay 100')).toBeGreaterThan(0)
    await queues.receive('a', now)
    expect(await rejection(queues.receive('a', now))).toMatchObject(unreadable)
    await queues.close()
    expect(texts(await (await reopen()).peek('busy'))).toEqual([])
  })

  test('is counted until its message is gone', async () => {
    const { disk, queues } = await onDisk()
    await queues.create('a')
    await queues.create('b')
    for (const body of ['first', 'pay 100']) await queues.send('a', body)
    await rot(disk, 'pay 100')
    await rejection(queues.peek('a', { max: 2 }))
    await rejection(queues.peek('a', { max: 2 }))
    expect([(await queues.stats('a')).damaged, (await queues.stats('b')).damaged]).toEqual([1, 0])
    await queues.purge('a')
    expect((await queues.stats('a')).damaged).toBe(0)
    await queues.close()
  })

  test('is purged alone, found before or not, and not while it is in flight', async () => {
    const { disk, queues, reopen } = await onDisk()
    await queues.create('a')
    for (const body of ['first', 'pay 100', 'third']) await queues.send('a', body)
    await queues.send('a', 'pay 200', { delayMs: 60_000 })
    await rot(disk, 'pay 100')
    await rot(disk, 'pay 200')
    await queues.receive('a', now)
    expect(await rejection(queues.receive('a', now))).toMatchObject(unreadable)
    expect(await queues.purge('a', { damaged: true })).toBe(1)
    expect(await queues.stats('a')).toMatchObject({ ready: 1, delayed: 0, inFlight: 2, purged: 1, damaged: 1 })
    await queues.close()
    const again = await reopen()
    expect(await again.stats('a')).toMatchObject({ ready: 1, delayed: 0, purged: 1 })
    await again.close()
  })

  test('leaves whole what is sent beside, though its receive throws', async () => {
    const { disk, queues, reopen } = await onDisk()
    await queues.create('a')
    await queues.create('b')
    await queues.send('a', 'pay 100')
    await rot(disk, 'pay 100')
    const sent = queues.send('b', 'first')
    expect(await rejection(queues.receive('a', now))).toMatchObject({ code: 'damaged' })
    await sent
    for (const body of ['second', 'third']) await queues.send('b', body)
    const again = await reopen()
    expect(texts(await again.peek('b', { max: 9 }))).toEqual(['first', 'second', 'third'])
    await Promise.all([queues.close(), again.close()])
  })

  test('is not purged as damaged if it could be read at a second try', async () => {
    const { disk, queues } = await onDisk()
    await queues.create('a')
    await queues.send('a', 'kept')
    let fails = 1
    disk.fails = (call) => (call === 'read' && fails-- > 0 ? diskError('EIO', call) : undefined)
    expect(await queues.purge('a', { damaged: true })).toBe(0)
    expect(texts(await queues.receive('a', now))).toEqual(['kept'])
    await queues.close()
  })

  test('is not purged as damaged if it could only not be read this time', async () => {
    const { disk, queues } = await onDisk()
    await queues.create('a')
    await queues.send('a', 'kept')
    disk.fails = (call) => (call === 'read' ? new RangeError('Array buffer allocation failed') : undefined)
    expect(await queues.purge('a', { damaged: true })).toBe(0)
    disk.fails = () => undefined
    expect(texts(await queues.receive('a', now))).toEqual(['kept'])
    await queues.close()
  })

  test('does not stop who consumes the queue: it is a message that fails, and comes again', async () => {
    const warned = new Promise<Error>((resolve) => process.once('warning', resolve))
    const { disk, queues } = await onDisk()
    await queues.create('a')
    for (const body of ['first', 'pay 100', 'third']) await queues.send('a', body)
    await rot(disk, 'pay 100')
    const got: string[] = []
    const last = Promise.withResolvers<void>()
    const consumer = queues.consume('a', (message) => {
      got.push(message.text())
      if (message.text() === 'third') last.resolve()
    })
    await Promise.race([last.promise, consumer.done])
    expect((await warned).message).toContain('the body of message 2 cannot be read')
    await consumer.stop()
    expect(got).toEqual(['first', 'third'])
    expect(await queues.stats('a')).toMatchObject({ acked: 2, inFlight: 1, damaged: 1 })
    await queues.close()
  })
})

describe('compaction', () => {
  test('goes on past a body that cannot be read, and keeps its message', async () => {
    const { disk, queues, reopen } = await onDisk()
    await queues.create('a')
    for (const body of ['first', 'pay 100', 'third']) await queues.send('a', body, { headers: { n: '1' } })
    await rot(disk, 'pay 100')
    await compact(queues)
    expect((await disk.names()).length).toBeLessThan(8)
    expect(await queues.stats('a')).toMatchObject({ ready: 3, damaged: 1 })
    for (const each of [await reopen(), queues]) {
      expect(await each.stats('a')).toMatchObject({ ready: 3, damaged: 1 })
      expect(await rejection(each.peek('a', { max: 3 }))).toMatchObject(unreadable)
      await compact(each)
      expect(texts(await each.receive('a', { max: 3, ...now }))).toEqual(['first', 'third'])
      await each.close()
    }
  })

  test('goes on when the disk fails to read', async () => {
    const { disk, queues } = await onDisk()
    await queues.create('a')
    await queues.send('a', 'lost')
    disk.fails = (call) => (call === 'read' ? Object.assign(new Error('EIO: read'), { code: 'EIO' }) : undefined)
    await compact(queues)
    expect((await disk.names()).length).toBeLessThan(8)
    disk.fails = () => undefined
    expect(await queues.stats('a')).toMatchObject({ ready: 1, damaged: 1 })
    expect(await rejection(queues.receive('a', now))).toMatchObject({ code: 'damaged' })
    await queues.close()
  })

  test('takes no body for lost that could be read the next time', async () => {
    const { disk, queues, reopen } = await onDisk()
    await queues.create('a')
    await queues.send('a', 'kept')
    let failures = 0
    disk.fails = (call) =>
      call === 'read' && failures++ === 0 ? Object.assign(new Error('EIO'), { code: 'EIO' }) : undefined
    await compact(queues)
    disk.fails = (call) => (call === 'read' ? new RangeError('Array buffer allocation failed') : undefined)
    await compact(queues)
    expect((await disk.names()).length).toBeGreaterThan(8)
    disk.fails = () => undefined
    await compact(queues)
    expect(failures).toBeGreaterThan(0)
    expect((await disk.names()).length).toBeLessThan(8)
    expect(await queues.stats('a')).toMatchObject({ ready: 1, damaged: 0 })
    const again = await reopen()
    for (const each of [queues, again]) {
      expect(texts(await each.receive('a', now))).toEqual(['kept'])
      await each.close()
    }
  })
})
