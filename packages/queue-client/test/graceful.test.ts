import { openQueues, type QueueError } from '@millrace/queue'
import { createServer } from '@millrace/queue-server'
import { expect, test } from 'vitest'
import { connectQueues } from '../src/index.ts'
import { listenAtOwn } from './ports.ts'

test('a server that ends in good order and another in its place leave no send unknown', async () => {
  const engine = await openQueues({ path: ':memory:' })
  const first = createServer({ engine })
  const { url, port } = await listenAtOwn((port) => first.listen({ port }))
  const client = await connectQueues(url)
  await client.create('a')
  const sends: Promise<string>[] = []
  const sending = setInterval(() => {
    for (let count = 0; count < 5; count++) {
      sends.push(
        client.send('a', 'x').then(
          () => 'sent',
          ({ code }: QueueError) => code,
        ),
      )
    }
  }, 0)
  while (sends.length < 50) await new Promise(setImmediate)
  await first.close()
  const second = createServer({ engine })
  await second.listen({ port })
  const before = sends.length
  while (sends.length < before + 50) await new Promise(setImmediate)
  clearInterval(sending)
  expect(new Set(await Promise.all(sends))).toEqual(new Set(['sent']))
  expect((await engine.stats('a')).sent).toBe(sends.length)
  await client.close()
  await second.close()
  await engine.close()
})
