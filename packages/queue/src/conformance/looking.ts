import { has, holds, rejects, same } from './check.ts'
import { bodies, counts, fail, lying, mortal, one, receivers, senders, texts } from './habits.ts'
import { type Claims, given } from './needs.ts'
import { LONG, SHORT } from './trial.ts'

const NOTHING = {
  ready: 0,
  delayed: 0,
  inFlight: 0,
  bytes: 0,
  oldestMs: 0,
  isPaused: false,
  waitingReceives: 0,
  waitingSends: 0,
  sent: 0,
  delivered: 0,
  acked: 0,
  returned: 0,
  dead: 0,
  expired: 0,
  purged: 0,
  duplicates: 0,
  dedupKeys: 0,
  damaged: 0,
}

/** Claims about looking at a queue without changing it. */
export const looking: Claims = {
  peek: {
    'shows the messages that would be received next, and leaves them': async ({ queues }) => {
      await queues.create('a', { order: 'priority' })
      await queues.sendMany('a', [
        { body: '1' },
        { body: '2', priority: 1 },
        { body: '3', delayMs: LONG },
        { body: '4' },
      ])
      same([texts(await queues.peek('a')), texts(await queues.peek('a', { max: 2 }))], [['2'], ['2', '1']])
      same(await lying(queues, 'a'), ['2', '1', '4'])
      await one(queues, 'a')
      same(
        [await lying(queues, 'a'), await counts(queues, 'a')],
        [
          ['1', '4'],
          [2, 1, 1],
        ],
      )
      has(await queues.stats('a'), { delivered: 1 })
    },
    'tells all of a message but a lease, and is no delivery': async ({ queues }) => {
      await queues.create('a')
      const id = await queues.send('a', 'x', { headers: { a: 'b' }, priority: 3 })
      for (const deliveries of [0, 1]) {
        const [peeked] = await queues.peek('a')
        has(peeked ?? {}, { id, deliveries, headers: { a: 'b' }, priority: 3 })
        same([peeked?.text(), Number.isFinite(peeked?.enqueuedAtMs), 'lease' in (peeked ?? {})], ['x', true, false])
        await fail(queues, 'a')
      }
    },
    'shows nothing of an empty queue, and rejects for one that is not there': async ({ queues }) => {
      await queues.create('a')
      same(await queues.peek('a', { max: 5 }), [])
      await rejects(queues.peek('b'), { code: 'missing' })
    },
  },
  stats: {
    'of a fresh queue are all 0': async ({ queues }) => {
      await queues.create('a')
      const { durability, leaseMs, capacity, capacityBytes, deadLetterQueue, ...all } = await queues.stats('a')
      holds(`a durability, got ${durability}`, typeof durability === 'string' || durability.everyMs >= 0)
      has(all, NOTHING)
      same([leaseMs, capacity, capacityBytes, deadLetterQueue], [30_000, 1_000_000, 2 ** 30, undefined])
      same(Object.keys(all).sort(), Object.keys(NOTHING).sort())
    },
    'add up, whatever became of the messages': async ({ queues, pass }) => {
      await mortal(queues, 2)
      await queues.sendMany('a', [{ body: '1', dedupKey: 'k' }, ...bodies('2', '3', '4'), { body: '5', delayMs: LONG }])
      await queues.send('a', '1', { dedupKey: 'k' })
      await fail(queues, 'a', 2)
      await queues.ack((await one(queues, 'a')).lease)
      await one(queues, 'a', { leaseMs: 0 })
      await fail(queues, 'a')
      same(await queues.purge('a'), 2)
      await queues.send('a', '6', { ttlMs: SHORT })
      await pass(SHORT)
      has(await queues.stats('a'), { sent: 6, delivered: 5, acked: 2, returned: 2, dead: 1 })
      has(await queues.stats('a'), { purged: 2, expired: 1, duplicates: 1, bytes: 0 })
      same(
        [await counts(queues, 'a'), await counts(queues, 'dead')],
        [
          [0, 0, 0],
          [1, 0, 0],
        ],
      )
    },
    'count the bytes of what is there': async ({ queues }) => {
      await queues.create('a')
      await queues.send('a', '12345')
      await queues.send('a', '1', { headers: { ab: 'c' }, delayMs: LONG })
      same((await queues.stats('a')).bytes, 9)
      const { lease } = await one(queues, 'a')
      same((await queues.stats('a')).bytes, 9)
      await queues.ack(lease)
      same((await queues.stats('a')).bytes, 4)
    },
    'tell for how long the oldest message is ready': async ({ queues, pass }) => {
      await queues.create('a')
      await queues.send('a', '1')
      await queues.send('a', '2', { delayMs: LONG })
      await pass(SHORT)
      const { oldestMs } = await queues.stats('a')
      holds(`from ${SHORT}, got ${oldestMs}`, oldestMs >= SHORT - 1 && oldestMs < LONG)
      await one(queues, 'a')
      same((await queues.stats('a')).oldestMs, 0)
    },
    'count those who wait': given('order of waits')(async ({ queues }) => {
      await queues.create('a', { capacity: 1, overflow: 'wait' })
      const controller = new AbortController()
      const receives = [1, 2].map(() => queues.receive('a', { signal: controller.signal }))
      await receivers(queues, 'a', 2)
      controller.abort('enough')
      for (const each of receives) await rejects(each, { reason: 'enough' })
      await receivers(queues, 'a', 0)
      await queues.send('a', '1')
      const sending = queues.send('a', '2')
      await senders(queues, 'a', 1)
      await queues.purge('a')
      await sending
      await senders(queues, 'a', 0)
    }),
    'of a queue that is not there reject': async ({ queues }) => {
      await rejects(queues.stats('a'), { code: 'missing' })
    },
  },
}
