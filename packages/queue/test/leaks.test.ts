import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openQueues } from '../src/index.ts'
import { now, rejection } from './support.ts'

const descriptors = async () => (await readdir('/proc/self/fd').catch(() => [])).length

/** Timers that keep the process alive or would, and everything else that is open. */
const resources = () =>
  process
    .getActiveResourcesInfo()
    .filter((name) => !/^(FS|Close)Req/.test(name))
    .sort()

test('queues that are opened and closed two hundred times leave nothing behind', { timeout: 240_000 }, async () => {
  const path = await mkdtemp(join(tmpdir(), 'millrace-leaks-'))
  const cycle = async (sync: 'always' | 'never' | { everyMs: number }): Promise<void> => {
    const queues = await openQueues({ path, sync, segmentBytes: 2_000 })
    await queues.create('a')
    await queues.create('empty')
    const waiting = rejection(queues.receive('empty', { timeoutMs: 10_000 }))
    await queues.sendMany('a', [{ body: '1' }, { body: '2', delayMs: 1 }])
    await queues.receive('a', { max: 9, leaseMs: 0, ...now })
    await queues.close()
    expect(await waiting).toMatchObject({ code: 'closed' })
  }
  for (let i = 0; i < 10; i++) await cycle('always')
  const open = async () => [await descriptors(), resources().length, process.eventNames().length] as const
  const before = await open()
  for (let i = 0; i < 60; i++) {
    await cycle('always')
    await cycle('never')
    await cycle({ everyMs: 5_000 })
    await rejection(openQueues({ path: '/proc/nowhere' }))
  }
  for (const [i, count] of (await open()).entries()) expect(count).toBeLessThanOrEqual(before[i] as number)
  expect((await readdir(path)).length).toBeLessThan(30)
  await rm(path, { recursive: true })
})
