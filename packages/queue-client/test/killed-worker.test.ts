import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { openQueues } from '@millrace/queue'
import { expect, onTestFinished, test } from 'vitest'
import { connected, HandClock, now, serve, until } from './support.ts'

const WORKER = fileURLToPath(new URL('./worker-process.ts', import.meta.url))

test('a message whose worker is killed before it acknowledges comes again when the lease is over, not before', async () => {
  const clock = new HandClock()
  const engine = await openQueues({ path: ':memory:', clock })
  await engine.create('a', { leaseMs: 1_000 })
  await engine.send('a', '1')
  const { at, server } = await serve({}, engine)
  const child = spawn(process.execPath, ['--conditions=@millrace/source', WORKER, at.url], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  const [lease] = await once(child.stdout, 'data')
  child.kill('SIGKILL')
  await once(child, 'exit')
  await until(() => server.stats().connections === 0)
  const client = await connected(at)
  clock.nowMs += 999
  expect(await client.receive('a', now)).toEqual([])
  clock.nowMs += 1
  const [again] = await client.receive('a', now)
  expect([again?.text(), again?.deliveries]).toEqual(['1', 2])
  expect([await client.ack(String(lease)), await client.ack(again?.lease ?? '')]).toEqual(['requeued', 'acked'])
})
