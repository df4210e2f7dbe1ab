import { has, same } from './check.ts'
import { ALL, bodies, counts, lying, mortal, NOW, one, texts } from './habits.ts'
import { type Claims, given } from './needs.ts'
import { LONG, SHORT } from './trial.ts'

/** Claims about messages whose time to live is over. */
export const expiring: Claims = {
  'a time to live': {
    'drops a message that was never received': async ({ queues, pass }) => {
      await queues.create('a')
      await queues.sendMany('a', [{ body: '1' }, { body: '2', ttlMs: SHORT }, { body: '3', ttlMs: LONG }])
      await pass(SHORT)
      same(
        [await lying(queues, 'a'), texts(await queues.receive('a', ALL))],
        [
          ['1', '3'],
          ['1', '3'],
        ],
      )
      has(await queues.stats('a'), { expired: 1, acked: 0, bytes: 2 })
    },
    'is that of the queue, unless the message has its own': async ({ queues, pass }) => {
      await queues.create('a', { ttlMs: SHORT })
      const forEver = { body: '3', ttlMs: Number.POSITIVE_INFINITY }
      await queues.sendMany('a', [{ body: '1' }, { body: '2', ttlMs: LONG }, forEver])
      await pass(SHORT)
      same(await lying(queues, 'a'), ['2', '3'])
    },
    'means nothing once the message was received': async ({ queues, pass }) => {
      await queues.create('a', { ttlMs: SHORT })
      // Received before its time is over, however slow the machine is.
      const receiving = one(queues, 'a')
      await queues.send('a', '1')
      const { lease } = await receiving
      await pass(SHORT)
      same([await queues.nack(lease), await lying(queues, 'a')], ['held', ['1']])
      await pass(SHORT)
      same([(await one(queues, 'a')).deliveries, (await queues.stats('a')).expired], [2, 0])
    },
    'begins when the message is ready, to the millisecond': given('wound clock')(async ({ queues, pass }) => {
      await queues.create('a', { ttlMs: 100 })
      await queues.send('a', '1', { ttlMs: 50 })
      await queues.send('a', '2', { delayMs: 80, ttlMs: 40 })
      await pass(49)
      same(await lying(queues, 'a'), ['1'])
      await pass(1)
      same([await lying(queues, 'a'), await counts(queues, 'a')], [[], [0, 1, 0]])
      await pass(69)
      same(await lying(queues, 'a'), ['2'])
      await pass(1)
      same([await queues.receive('a', NOW), (await queues.stats('a')).expired], [[], 2])
    }),
    'makes room, also for a send that waits': async ({ queues, pass }) => {
      await queues.create('a', { capacity: 1 })
      await queues.send('a', '1', { ttlMs: SHORT })
      await pass(SHORT)
      await queues.send('a', '2')
      await queues.create('b', { capacity: 1, overflow: 'wait' })
      await queues.send('b', '1', { ttlMs: SHORT })
      const sending = queues.send('b', '2')
      await pass(SHORT)
      await sending
      same([await lying(queues, 'a'), await lying(queues, 'b')], [['2'], ['2']])
    },
    'goes on while the queue is paused': async ({ queues, pass }) => {
      await queues.create('a')
      await queues.pause('a')
      await queues.send('a', '1', { ttlMs: SHORT })
      await pass(SHORT)
      await queues.resume('a')
      same(await queues.receive('a', NOW), [])
    },
    'of a dead letter is that of the dead-letter queue': async ({ queues, pass }) => {
      await queues.create('dead')
      await queues.create('a', { maxDeliveries: 1, deadLetterQueue: 'dead', ttlMs: SHORT })
      const receiving = one(queues, 'a')
      await queues.send('a', '1')
      await queues.nack((await receiving).lease)
      await pass(SHORT)
      same(await lying(queues, 'dead'), ['1'])
    },
    'keeps those before and behind it as they are': async ({ queues, pass }) => {
      await mortal(queues, 3)
      const many = Array.from({ length: 300 }, (_, i) => ({ body: String(i), ttlMs: i % 3 === 0 ? SHORT : LONG }))
      await queues.sendMany('a', many)
      await pass(SHORT)
      await queues.sendMany('a', bodies('last'))
      const left = many.filter(({ ttlMs }) => ttlMs === LONG).map(({ body }) => body)
      same(await lying(queues, 'a'), [...left, 'last'])
    },
  },
}
