import type { QueueEngine } from '../api.ts'
import { has, same, until } from './check.ts'
import { ALL, ackAll, bodies, texts } from './habits.ts'
import type { Claims } from './needs.ts'
import { LONG } from './trial.ts'

/** Claims about many messages, and many who receive them. */
export const crowding: Claims = {
  'many messages': {
    'ten thousand of them stay in order': async ({ queues }) => {
      await queues.create('a')
      const all = numbers(10_000)
      for (let i = 0; i < all.length; i += 1_000) await queues.sendMany('a', bodies(...all.slice(i, i + 1_000)))
      const got: string[] = []
      while (got.length < all.length) got.push(...texts(await queues.receive('a', { max: 700, leaseMs: 0 })))
      same(
        got.findIndex((text, i) => text !== all[i]),
        -1,
      )
      same([got.length, (await queues.stats('a')).bytes], [all.length, 0])
    },
    'sent at once without awaiting are in the order of the calls': async ({ queues }) => {
      await queues.create('a')
      await Promise.all(numbers(500).map((body) => queues.send('a', body)))
      same(texts(await queues.receive('a', ALL)), numbers(500))
    },
    'are received once each by many at a time': async ({ queues }) => {
      await queues.create('a')
      const all = numbers(1_000)
      await queues.sendMany('a', bodies(...all))
      const got = await Promise.all(Array.from({ length: 8 }, (_, i) => drain(queues, (i % 3) + 1)))
      same(inOrder(got.flat()), all)
      has(await queues.stats('a'), { delivered: 1_000, acked: 1_000, returned: 0, inFlight: 0, bytes: 0 })
    },
    'are received once each while they are sent, by receives that wait': async ({ queues }) => {
      await queues.create('a', { capacity: 10, overflow: 'wait' })
      const all = numbers(400)
      const got: string[] = []
      const consumers = Array.from({ length: 4 }, () =>
        queues.consume('a', (message) => void got.push(message.text()), { concurrency: 2 }),
      )
      const producers = [0, 1, 2, 3].map(async (first) => {
        for (let i = first; i < all.length; i += 4) await queues.send('a', all[i] as string)
      })
      await Promise.all(producers)
      await until(async () => (await queues.stats('a')).acked === all.length)
      for (const consumer of consumers) await consumer.stop()
      same(inOrder(got), all)
    },
    'leave nothing behind, however often their leases were over': async ({ queues, pass }) => {
      await queues.create('a')
      await queues.sendMany('a', bodies(...numbers(200)))
      for (let i = 0; i < 4; i++) {
        await queues.receive('a', { ...ALL, leaseMs: 1 })
        await pass(1)
      }
      const last = await queues.receive('a', { ...ALL, leaseMs: LONG })
      same([texts(last), last.every(({ deliveries }) => deliveries === 5)], [numbers(200), true])
      await ackAll(queues, last)
      has(await queues.stats('a'), { ready: 0, inFlight: 0, bytes: 0, returned: 800, acked: 200 })
    },
  },
}

async function drain(queues: QueueEngine, max: number): Promise<string[]> {
  const got: string[] = []
  for (;;) {
    const messages = await queues.receive('a', { max, leaseMs: LONG, timeoutMs: 0 })
    if (messages.length === 0) return got
    got.push(...texts(messages))
    await ackAll(queues, messages)
  }
}

function numbers(count: number): string[] {
  return Array.from({ length: count }, (_, i) => String(i))
}

function inOrder(all: readonly string[]): string[] {
  return [...all].sort((a, b) => Number(a) - Number(b))
}
