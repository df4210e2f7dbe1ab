import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { QueueEngine } from '../src/index.ts'
import { openDisk } from '../src/journal/open-folder.ts'
import { FailingDisk } from './failing-disk.ts'
import { Random } from './random.ts'
import { HandClock, quiet } from './support.ts'

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
  vi.spyOn(process, 'emitWarning').mockReturnValue()
})

afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

const GOOD = Array.from({ length: 20 }, (_, i) => String(i))

/** A queue of three messages that cannot be read, and good ones behind them. */
async function damaged(leaseMs: number) {
  const disk = new FailingDisk(new Random(1))
  const clock = new HandClock()
  const { engine: queues } = await openDisk(disk, 'disk', {
    durability: 'always',
    segmentBytes: 1e6,
    memoryBytes: 0,
    clock,
  })
  await queues.create('a', { leaseMs })
  for (const body of ['pay 100', 'pay 100', 'pay 100', ...GOOD]) await queues.send('a', body)
  for (const name of await disk.names()) {
    const bytes = disk.bytes(name)
    for (let at = bytes.indexOf('pay 100'); at !== -1; at = bytes.indexOf('pay 100')) bytes[at] = 0
  }
  return { queues, clock }
}

/** Consumes them; `all` resolves when the good ones are done. */
function consumed(queues: QueueEngine, onEach: () => void = () => {}) {
  const got: string[] = []
  const last = Promise.withResolvers<void>()
  const consumer = queues.consume('a', (message) => {
    got.push(message.text())
    onEach()
    if (got.length === GOOD.length) last.resolve()
  })
  return { consumer, got, all: Promise.race([last.promise, consumer.done]) }
}

describe('a consumer of a queue with messages that cannot be read', () => {
  test('works on the others without a pause, also when these come again all the time', async () => {
    const { queues, clock } = await damaged(300)
    const { consumer, got, all } = consumed(queues, () => {
      clock.nowMs += 100
    })
    await all
    await consumer.stop()
    expect(got).toEqual(GOOD)
    expect((await queues.stats('a')).damaged).toBe(3)
    expect(process.emitWarning).toHaveBeenCalledTimes(1)
    await queues.close()
  })

  test('where there are no leases, asks now and then, until these are purged', async () => {
    const { queues } = await damaged(0)
    const receive = vi.spyOn(queues, 'receive')
    const { consumer, got, all } = consumed(queues)
    for (let i = 0; i < 20; i++) await quiet()
    expect([receive.mock.calls.length, got]).toEqual([2, []])
    expect(await queues.purge('a', { damaged: true })).toBe(3)
    await vi.advanceTimersByTimeAsync(1_000)
    await all
    await consumer.stop()
    expect(got).toEqual(GOOD)
    await queues.close()
  })

  test('leaves them to a purge when the queue is paused and their leases are over', async () => {
    const { queues, clock } = await damaged(300)
    const { consumer, all } = consumed(queues)
    await all
    await queues.pause('a')
    expect(await queues.purge('a', { damaged: true })).toBe(0)
    clock.nowMs += 300
    expect(await queues.purge('a', { damaged: true })).toBe(3)
    await queues.resume('a')
    await consumer.stop()
    expect(await queues.stats('a')).toMatchObject({ acked: GOOD.length, purged: 3, ready: 0, inFlight: 0, damaged: 0 })
    await queues.close()
  })
})
