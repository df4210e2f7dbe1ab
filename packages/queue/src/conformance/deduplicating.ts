import { has, holds, rejects, same } from './check.ts'
import { bodies, fail, lying, mortal, NOW, one, senders } from './habits.ts'
import { type Claims, given } from './needs.ts'
import { LONG, SHORT } from './trial.ts'

const key = { dedupKey: 'k' }

/** Claims about messages that are sent twice. */
export const deduplicating: Claims = {
  'a dedup key': {
    'takes one message, and gives its id to those that send another': async ({ queues }) => {
      await queues.create('a')
      const id = await queues.send('a', '1', key)
      same([await queues.send('a', '2', key), await queues.trySend('a', '3', key)], [id, { outcome: 'sent', id }])
      const ids = await queues.sendMany('a', [{ body: '4', ...key }, { body: '5' }])
      same([ids[0], await lying(queues, 'a')], [id, ['1', '5']])
      has(await queues.stats('a'), { sent: 2, duplicates: 3 })
    },
    'takes one message of many that are sent at once, or together': async ({ queues }) => {
      await queues.create('a')
      const ids = await Promise.all(Array.from({ length: 20 }, (_, i) => queues.send('a', String(i), key)))
      same([new Set(ids).size, (await queues.stats('a')).ready], [1, 1])
      await queues.create('b')
      const [first, second, third] = await queues.sendMany(
        'b',
        ['1', '2', '3'].map((body) => ({ body, ...key })),
      )
      same([first === second, second === third, await lying(queues, 'b')], [true, true, ['1']])
    },
    'is remembered when its message is in flight, acknowledged, taken for good or purged': async ({ queues }) => {
      await queues.create('a')
      const ends: ((id: string) => Promise<unknown>)[] = [
        async () => queues.ack((await one(queues, 'a')).lease),
        () => one(queues, 'a', { leaseMs: 0 }),
        () => queues.purge('a'),
        () => one(queues, 'a'),
      ]
      for (const [i, end] of ends.entries()) {
        const dedupKey = `k${i}`
        const id = await queues.send('a', '1', { dedupKey })
        await end(id)
        same([await queues.send('a', '2', { dedupKey }), await queues.receive('a', NOW)], [id, []])
      }
    },
    'is forgotten when its time is over': async ({ queues, pass }) => {
      await queues.create('a', { dedupMs: SHORT })
      const id = await queues.send('a', '1', key)
      await pass(SHORT)
      holds('another id', (await queues.send('a', '2', key)) !== id)
      same(await lying(queues, 'a'), ['1', '2'])
    },
    'is remembered from the first message on, to the millisecond': given('wound clock')(async ({ queues, pass }) => {
      await queues.create('a', { dedupMs: 100 })
      const id = await queues.send('a', '1', { ...key, delayMs: 50 })
      await pass(60)
      same(await queues.send('a', '2', key), id)
      await pass(39)
      same(await queues.send('a', '3', key), id)
      await pass(1)
      holds('another id', (await queues.send('a', '4', key)) !== id)
    }),
    'means nothing in a queue without a time for it': async ({ queues }) => {
      await queues.create('a', { dedupMs: 0 })
      await queues.sendMany(
        'a',
        ['1', '2'].map((body) => ({ body, ...key })),
      )
      await queues.send('a', '3', key)
      same(await lying(queues, 'a'), ['1', '2', '3'])
    },
    'is of one queue': async ({ queues }) => {
      await queues.create('a')
      await queues.create('b')
      await queues.send('a', '1', key)
      await queues.send('b', '1', key)
      same([await lying(queues, 'a'), await lying(queues, 'b')], [['1'], ['1']])
    },
    'differs from others in any character': async ({ queues }) => {
      await queues.create('a')
      const keys = ['k', 'K', 'k ', 'ü', 'u\u0308', '__proto__', 'constructor', '☕'.repeat(341)]
      for (const dedupKey of keys) await queues.send('a', dedupKey, { dedupKey })
      same(await lying(queues, 'a'), keys)
    },
    'that is known needs no room, and does not wait behind those who need some': given('order of waits')(
      async ({ queues }) => {
        await queues.create('a', { capacity: 1, overflow: 'wait' })
        const id = await queues.send('a', '1', key)
        const waiting = queues.send('a', '2')
        await senders(queues, 'a', 1)
        same(await queues.send('a', '1', key), id)
        same((await one(queues, 'a', { leaseMs: 0 })).text(), '1')
        await waiting
      },
    ),
    'that is known needs no room in a full queue that refuses': async ({ queues }) => {
      await queues.create('a', { capacity: 1 })
      const id = await queues.send('a', '1', key)
      same([await queues.send('a', '2', key), await queues.trySend('a', '2', key)], [id, { outcome: 'sent', id }])
      await rejects(queues.sendMany('a', [{ body: '1', ...key }, ...bodies('2')]), { code: 'full' })
    },
    'of a message that was refused is not remembered': async ({ queues }) => {
      await queues.create('a', { capacity: 1 })
      await queues.send('a', '1')
      await rejects(queues.send('a', '2', key), { code: 'full' })
      await one(queues, 'a', { leaseMs: 0 })
      await queues.send('a', '3', key)
      same(await lying(queues, 'a'), ['3'])
    },
    'does not keep a message from coming back, or from being redriven': async ({ queues }) => {
      await mortal(queues, 2)
      await queues.send('a', '1', key)
      await fail(queues, 'a', 2)
      same([await queues.redrive('dead'), await lying(queues, 'a')], [1, ['1']])
    },
    'has room in as many bytes as messages have: beyond that new ones are refused': async ({ queues }) => {
      await queues.create('a', { capacityBytes: 1_000 })
      const [first, second] = [{ dedupKey: '1'.repeat(600) }, { dedupKey: '2'.repeat(600) }]
      const id = await queues.send('a', '1', first)
      await one(queues, 'a', { leaseMs: 0 })
      has(await rejects(queues.send('a', '2', second), { code: 'full' }), { bodies: ['2'] })
      same([await queues.trySend('a', '2', second), await queues.send('a', '1', first)], [{ outcome: 'full' }, id])
      await queues.send('a', 'without a key')
      has(await queues.stats('a'), { dedupKeys: 1, ready: 1 })
    },
    'may take more bytes than that, if none is remembered': async ({ queues }) => {
      await queues.create('a', { capacityBytes: 1 })
      await queues.send('a', '', key)
      has(await queues.stats('a'), { dedupKeys: 1 })
    },
    'that has no room waits until others are forgotten, or is refused if that is in vain': given(
      'order of waits',
      'wound clock',
    )(async ({ queues, pass }) => {
      await queues.create('a', { capacityBytes: 1_000, dedupMs: SHORT, overflow: 'wait' })
      const keyed = (body: string) => ({ body, dedupKey: body.repeat(600) })
      await queues.send('a', '1', { dedupKey: keyed('1').dedupKey })
      const waiting = queues.send('a', '2', { dedupKey: keyed('2').dedupKey })
      await senders(queues, 'a', 1)
      const { bodies: refused } = await rejects(queues.sendMany('a', [keyed('3'), keyed('4')]), { code: 'full' })
      same(refused, ['3', '4'])
      await pass(SHORT)
      await waiting
      same(await lying(queues, 'a'), ['1', '2'])
      await pass(SHORT)
      has(await queues.stats('a'), { dedupKeys: 0 })
    }),
    'that is forgotten while a batch waits for room leaves no batch waiting in vain': given(
      'order of waits',
      'wound clock',
    )(async ({ queues, pass }) => {
      await queues.create('a', { capacity: 2, dedupMs: SHORT, overflow: 'wait', leaseMs: LONG })
      await queues.send('a', 'k', key)
      await queues.send('a', 'f')
      const batch = queues.sendMany('a', [{ body: 'k', ...key }, ...bodies('1', '2')])
      await senders(queues, 'a', 1)
      await pass(SHORT)
      same((await rejects(batch, { code: 'full' })).bodies, ['k', '1', '2'])
    }),
  },
}
