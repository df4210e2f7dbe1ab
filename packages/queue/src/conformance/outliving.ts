import { has, holds, rejects, same } from './check.ts'
import { ALL, ackAll, bodies, counts, fail, lying, mortal, NOW, one, texts } from './habits.ts'
import { type Claims, given } from './needs.ts'
import { LONG, SHORT } from './trial.ts'

const durable = given('reopening')

/** Claims about what is there when an engine was closed and is opened anew. */
export const outliving: Claims = {
  reopen: {
    'finds no queues if there were none, and can be done again and again': durable(async ({ reopen }) => {
      for (let i = 0; i < 3; i++) same(await (await reopen()).list(), [])
    }),
    'finds the queues in the order of their making, with their options': durable(async ({ queues, reopen }) => {
      await queues.create('gone')
      await queues.create('b', {
        leaseMs: 77,
        capacity: 1,
        overflow: 'wait',
        order: 'priority',
        ttlMs: LONG,
        dedupMs: 0,
      })
      await queues.create('a', { maxDeliveries: 2, deadLetterQueue: 'b', capacityBytes: 2 ** 40 })
      await queues.delete('gone')
      const again = await reopen()
      same([await again.list(), (await again.stats('b')).leaseMs], [['b', 'a'], 77])
      const whole = { leaseMs: 77, capacity: 1, overflow: 'wait', order: 'priority', ttlMs: LONG, dedupMs: 0 } as const
      same(await again.create('b', whole), false)
      same(await again.create('a', { maxDeliveries: 2, deadLetterQueue: 'b', capacityBytes: 2 ** 40 }), false)
      await rejects(again.create('a'), { code: 'conflict' })
      await rejects(again.delete('b'), { code: 'conflict' })
      await rejects(again.send('gone', 'x'), { code: 'missing' })
    }),
    'finds times of Infinity as they were': durable(async ({ queues, pass, reopen }) => {
      const ever = Number.POSITIVE_INFINITY
      const options = { leaseMs: ever, dedupMs: ever, ttlMs: ever }
      await queues.create('a', options)
      const id = await queues.send('a', '1', { dedupKey: 'k', ttlMs: ever })
      await queues.send('a', '2')
      const { lease } = await one(queues, 'a')
      const again = await reopen()
      same([await again.create('a', options), (await again.stats('a')).leaseMs], [false, ever])
      await pass(SHORT)
      same([await again.send('a', '3', { dedupKey: 'k' }), await counts(again, 'a')], [id, [1, 0, 1]])
      same(await again.ack(lease), 'acked')
    }),
    'finds messages in order, with all they carry': durable(async ({ queues, reopen }) => {
      await queues.create('a')
      const headers = { 'größe ☕': 'x', ['__proto__']: 'own' }
      await queues.send(
        'a',
        Uint8Array.from({ length: 256 }, (_, i) => i),
        { headers, priority: -0.5 },
      )
      await queues.sendMany('a', bodies('', '☕', 'last'))
      const before = await queues.peek('a', { max: 9 })
      const again = await reopen()
      const tell = (all: typeof before) =>
        all.map(({ id, body, headers, priority, deliveries, enqueuedAtMs }) => {
          return { id, body, headers: Object.entries(headers).sort(), priority, deliveries, enqueuedAtMs }
        })
      same(tell(await again.peek('a', { max: 9 })), tell(before))
      await again.send('a', 'new')
      same((await lying(again, 'a')).slice(1), ['', '☕', 'last', 'new'])
    }),
    'finds a large message, and many': durable(async ({ queues, reopen }) => {
      await queues.create('a')
      const large = Uint8Array.from({ length: 2 ** 20 }, (_, i) => (i * 31) & 255)
      await queues.send('a', large)
      await Promise.all(Array.from({ length: 500 }, (_, i) => queues.send('a', String(i))))
      const again = await reopen()
      const [first, ...rest] = await again.receive('a', ALL)
      holds('the large one as it was', first?.body.every((byte, i) => byte === large[i]) === true)
      same([first?.body.length, texts(rest)], [large.length, Array.from({ length: 500 }, (_, i) => String(i))])
    }),
    'finds the order of priorities, and of those that came back': durable(async ({ queues, reopen }) => {
      await queues.create('a', { order: 'priority' })
      await queues.sendMany(
        'a',
        [0, 2, 2, 1.5].map((priority, i) => ({ body: String(i), priority })),
      )
      await fail(queues, 'a')
      const again = await reopen()
      same(await lying(again, 'a'), ['1', '2', '3', '0'])
    }),
    'finds what is delayed, until its time': durable(async ({ queues, pass, reopen }) => {
      await queues.create('a')
      await queues.send('a', 'late', { delayMs: LONG })
      await queues.send('a', 'soon', { delayMs: SHORT })
      const again = await reopen()
      await pass(SHORT)
      same([await lying(again, 'a'), await counts(again, 'a')], [['soon'], [1, 1, 0]])
    }),
    'finds the times to live': durable(async ({ queues, pass, reopen }) => {
      await queues.create('a')
      await queues.sendMany('a', [
        { body: '1', ttlMs: SHORT },
        { body: '2', ttlMs: LONG },
      ])
      const again = await reopen()
      await pass(SHORT)
      same(await lying(again, 'a'), ['2'])
    }),
    'finds leases that hold, and takes them': durable(async ({ queues, reopen }) => {
      await queues.create('a')
      await queues.sendMany('a', bodies('1', '2', '3', '4'))
      const held = await queues.receive('a', { max: 3, leaseMs: LONG })
      const again = await reopen()
      same([await counts(again, 'a'), texts(await again.receive('a', ALL))], [[1, 0, 3], ['4']])
      const [first, second, third] = held.map(({ lease }) => lease)
      same([await again.ack(first ?? ''), await again.nack(second ?? '')], ['acked', 'held'])
      same([await again.extend(third ?? '', LONG), await again.ack(first ?? '')], ['held', 'missing'])
      same((await one(again, 'a')).deliveries, 2)
    }),
    'finds leases that were extended, also after another time': durable(async ({ queues, reopen }) => {
      await queues.create('a')
      await queues.send('a', '1')
      const { lease } = await one(queues, 'a', { leaseMs: LONG })
      same(await (await reopen()).extend(lease, LONG), 'held')
      const again = await reopen()
      same([await again.extend(lease, LONG), await again.ack(lease)], ['held', 'acked'])
    }),
    'finds leases that end, and puts their messages in front': durable(async ({ queues, pass, reopen }) => {
      await queues.create('a')
      await queues.sendMany('a', bodies('1', '2'))
      const first = await one(queues, 'a', { leaseMs: LONG })
      await queues.extend(first.lease, SHORT)
      const again = await reopen()
      await pass(SHORT)
      same([await again.ack(first.lease), texts(await again.receive('a', ALL))], ['requeued', ['1', '2']])
      same(await again.ack(first.lease), 'requeued')
    }),
    'finds nothing of what was acknowledged, taken for good, purged or dead and redriven': durable(
      async ({ queues, reopen }) => {
        await mortal(queues, 1)
        await queues.sendMany('a', bodies('1', '2', '3'))
        const { lease } = await one(queues, 'a')
        await ackAll(queues, [{ ...(await one(queues, 'a')) }])
        await one(queues, 'a', { leaseMs: 0 })
        await queues.nack(lease)
        await queues.redrive('dead')
        await queues.send('dead', 'x')
        await queues.purge('dead')
        const again = await reopen()
        same([await lying(again, 'a'), await counts(again, 'dead')], [['1'], [0, 0, 0]])
        same((await again.stats('a')).bytes, 1)
      },
    ),
    'finds dedup keys, also of messages that are gone, until they are forgotten': durable(
      async ({ queues, pass, reopen }) => {
        await queues.create('a')
        await queues.create('b', { dedupMs: SHORT })
        const id = await queues.send('a', '1', { dedupKey: 'k' })
        await one(queues, 'a', { leaseMs: 0 })
        await queues.send('b', '1', { dedupKey: 'k' })
        const again = await reopen()
        same([await again.send('a', '2', { dedupKey: 'k' }), await again.receive('a', NOW)], [id, []])
        await pass(SHORT)
        await again.send('b', '2', { dedupKey: 'k' })
        same(await lying(again, 'b'), ['1', '2'])
      },
    ),
    'finds how often messages were delivered, and those that died, and where they come from': durable(
      async ({ queues, reopen }) => {
        await mortal(queues, 2)
        await queues.sendMany('a', bodies('1', '2'))
        await fail(queues, 'a', 3)
        const again = await reopen()
        same([await lying(again, 'dead'), (await one(again, 'a', { leaseMs: LONG })).deliveries], [['1'], 2])
        same([await again.redrive('dead'), await lying(again, 'a')], [1, ['1']])
      },
    ),
    'finds a pause': durable(async ({ queues, reopen }) => {
      await queues.create('a')
      await queues.create('b')
      for (const name of ['a', 'b']) await queues.pause(name)
      await queues.resume('b')
      await queues.send('a', '1')
      const again = await reopen()
      same([(await again.stats('a')).isPaused, (await again.stats('b')).isPaused], [true, false])
      same(await again.receive('a', NOW), [])
    }),
    'finds what was counted since the queue was made': durable(async ({ queues, reopen }) => {
      await mortal(queues, 2)
      await queues.sendMany('a', bodies('1', '2', '3', '4'))
      await fail(queues, 'a', 2)
      await queues.ack((await one(queues, 'a')).lease)
      await one(queues, 'a', { leaseMs: 0 })
      await queues.purge('a')
      await queues.send('a', '5')
      await one(queues, 'a')
      const { oldestMs: _, ...before } = await queues.stats('a')
      for (let i = 0; i < 2; i++) has(await (await reopen()).stats('a'), { ...before })
    }),
    'finds how many came back or were dropped because their time was over': durable(
      async ({ queues, pass, reopen }) => {
        await mortal(queues, 2)
        await queues.sendMany('a', [{ body: '1' }, { body: '2', ttlMs: SHORT }])
        for (let i = 0; i < 2; i++) {
          await one(queues, 'a', { leaseMs: SHORT })
          await pass(SHORT)
        }
        await queues.send('a', '3')
        await one(queues, 'a', { leaseMs: SHORT })
        await pass(SHORT)
        const { dead, returned, expired } = await queues.stats('a')
        same([dead, returned, expired], [1, 2, 1])
        for (let i = 0; i < 2; i++) has(await (await reopen()).stats('a'), { dead, returned, expired })
      },
    ),
    'finds how many duplicates were not taken': durable(async ({ queues, reopen }) => {
      await queues.create('a')
      for (let i = 0; i < 3; i++) await queues.send('a', '1', { dedupKey: 'k' })
      has(await (await reopen()).stats('a'), { sent: 1, duplicates: 2 })
    }),
    'gives ids and leases that were not given before': durable(async ({ queues, reopen }) => {
      await queues.create('a')
      const id = await queues.send('a', '1')
      const { lease } = await one(queues, 'a')
      await queues.ack(lease)
      const again = await reopen()
      const next = await again.send('a', '2')
      const message = await one(again, 'a')
      same([next === id, message.lease === lease, await again.ack(lease)], [false, false, 'missing'])
      await again.delete('a', { force: true })
      const last = await reopen()
      await last.create('a')
      await last.send('a', '3')
      await one(last, 'a')
      same([await last.ack(message.lease), await last.ack(lease)], ['missing', 'missing'])
    }),
    'finds everything that was answered, however fast it was asked for': durable(async ({ queues, reopen }) => {
      await queues.create('a', { capacity: 300 })
      const sends = Array.from({ length: 300 }, (_, i) => queues.send('a', String(i)))
      const receives = Array.from({ length: 100 }, () => one(queues, 'a', { leaseMs: LONG }))
      const got = await Promise.all(receives)
      await Promise.all([...sends, ...got.map(({ lease }) => queues.ack(lease))])
      const again = await reopen()
      same(
        texts([...got, ...(await again.receive('a', ALL))]),
        Array.from({ length: 300 }, (_, i) => String(i)),
      )
    }),
  },
}
