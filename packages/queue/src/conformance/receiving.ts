import { has, holds, rejects, same } from './check.ts'
import { ALL, bodies, counts, fail, lying, NOW, one, receivers, texts } from './habits.ts'
import type { Claims } from './needs.ts'
import { LONG, SHORT } from './trial.ts'
import { watchedSignal } from './watch.ts'

/** Claims about messages that are there when they are received. */
export const receiving: Claims = {
  receive: {
    'gives messages in the order in which they were sent, whatever their priority': async ({ queues }) => {
      await queues.create('a')
      for (const [i, priority] of [5, 1, -5, 9].entries()) await queues.send('a', String(i), { priority })
      same(texts(await queues.receive('a', ALL)), ['0', '1', '2', '3'])
    },
    'gives the highest priority first, and within one as they were sent, if the queue is for that': async ({
      queues,
    }) => {
      await queues.create('a', { order: 'priority' })
      const all = [5, 1, -2, 5, 0.5, 9, 1e300, -1e-9, 0, 5]
      await queues.sendMany(
        'a',
        all.map((priority, i) => ({ body: `${priority} ${i}`, priority })),
      )
      const inOrder = ['1e+300 6', '9 5', '5 0', '5 3', '5 9', '1 1', '0.5 4', '0 8', '-1e-9 7', '-2 2']
      same(await lying(queues, 'a'), inOrder)
      same(texts(await queues.receive('a', ALL)), inOrder)
    },
    'puts a higher priority before those that were there': async ({ queues }) => {
      await queues.create('a', { order: 'priority' })
      await queues.send('a', 'low')
      await queues.send('a', 'high', { priority: 1 })
      same([(await one(queues, 'a')).text(), (await one(queues, 'a')).text()], ['high', 'low'])
    },
    'gives one message, or as many as there are up to max': async ({ queues }) => {
      await queues.create('a')
      await queues.sendMany('a', bodies('1', '2', '3', '4', '5', '6'))
      same(texts(await queues.receive('a')), ['1'])
      same(texts(await queues.receive('a', { max: 3 })), ['2', '3', '4'])
      same(texts(await queues.receive('a', { max: 3 })), ['5', '6'])
    },
    'gives no more bytes than maxBytes, but one message, whatever its size': async ({ queues }) => {
      await queues.create('a')
      await queues.sendMany('a', bodies('x'.repeat(99), '22', '333', '4444'))
      const sizes = async (leaseMs: number, maxBytes: number) =>
        (await queues.receive('a', { ...ALL, leaseMs, maxBytes })).map(({ body }) => body.length)
      same([await sizes(LONG, 50), await sizes(LONG, 5), await sizes(0, 3)], [[99], [2, 3], [4]])
      await queues.sendMany('a', bodies('1', '22', '333'))
      const peeked = await queues.peek('a', { max: 9, maxBytes: 3 })
      same([texts(peeked), await sizes(0, 3), await sizes(0, 3)], [['1', '22'], [1, 2], [3]])
    },
    'gives a message to nobody else while it is leased': async ({ queues }) => {
      await queues.create('a')
      await queues.send('a', '1')
      const { lease } = await one(queues, 'a')
      holds('a lease', typeof lease === 'string' && lease !== '')
      same([await queues.receive('a', ALL), await counts(queues, 'a')], [[], [0, 0, 1]])
    },
    'without a lease takes messages for good: at most once, and not at once again': async ({ queues, pass }) => {
      await queues.create('a')
      await queues.create('b', { leaseMs: 0 })
      for (const [name, options] of [
        ['a', { leaseMs: 0 }],
        ['b', {}],
      ] as const) {
        await queues.sendMany(name, bodies('1', '2'))
        const got = await queues.receive(name, { ...options, max: 2 })
        same(
          got.map(({ lease, deliveries }) => [lease, deliveries]),
          [
            ['', 1],
            ['', 1],
          ],
        )
        await pass(SHORT)
        same([await queues.receive(name, NOW), await counts(queues, name)], [[], [0, 0, 0]])
        has(await queues.stats(name), { delivered: 2, acked: 2, returned: 0, bytes: 0 })
      }
    },
    'without a lease takes a message for good that had been leased before': async ({ queues, pass }) => {
      await queues.create('a')
      await queues.send('a', '1')
      const first = await one(queues, 'a', { leaseMs: SHORT })
      await queues.nack(first.lease)
      same((await one(queues, 'a', { leaseMs: 0 })).deliveries, 2)
      await pass(SHORT)
      same([await queues.ack(first.lease), await counts(queues, 'a')], ['missing', [0, 0, 0]])
    },
    'takes no message larger than it may be, nor those behind it': async ({ queues }) => {
      await queues.create('a')
      await queues.sendMany('a', [{ body: '1' }, { body: '22', headers: { a: 'b' } }, { body: '3' }])
      for (const leaseMs of [0, LONG]) {
        const wanted = { leaseMs, maxMessageBytes: 3, max: 9 }
        if (leaseMs === 0) same(texts(await queues.receive('a', wanted)), ['1'])
        await rejects(queues.receive('a', wanted), { code: 'too-large' })
        has(await queues.stats('a'), { ready: 2, delivered: 1, inFlight: 0 })
      }
      same(texts(await queues.receive('a', { maxMessageBytes: 4, max: 9 })), ['22', '3'])
      const waiting = rejects(queues.receive('a', { maxMessageBytes: 1 }), { code: 'too-large' })
      await receivers(queues, 'a', 1)
      await queues.send('a', '22')
      await waiting
      same(await counts(queues, 'a'), [1, 0, 2])
    },
    'of a queue that is not there rejects': async ({ queues }) => {
      await rejects(queues.receive('a'), { code: 'missing' })
      await rejects(queues.receive('a', NOW), { code: 'missing' })
    },
    'takes nothing if its signal has aborted, and leaves no listener on one that has not': async ({ queues }) => {
      await queues.create('a')
      await queues.sendMany('a', bodies('1', '2'))
      await rejects(queues.receive('a', { signal: AbortSignal.abort('enough') }), { reason: 'enough' })
      same(await counts(queues, 'a'), [2, 0, 0])
      const watched = watchedSignal()
      await queues.receive('a', { signal: watched.signal, timeoutMs: LONG })
      await queues.receive('a', { signal: watched.signal, ...ALL })
      await queues.receive('a', { signal: watched.signal, ...NOW })
      same(watched.listeners, 0)
    },
    'gives what comes back before what was sent later, in every kind of queue': async ({ queues }) => {
      const kinds = { plain: {}, bounded: { capacity: 3 }, waiting: { capacity: 3, overflow: 'wait' as const } }
      for (const [name, options] of Object.entries({ ...kinds, priority: { order: 'priority' as const } })) {
        await queues.create(name, options)
        await queues.sendMany(name, bodies('1', '2', '3'))
        await fail(queues, name)
        same(await lying(queues, name), ['1', '2', '3'], `${name}: `)
      }
    },
  },
}
