import { has, holds, same } from './check.ts'
import { ALL, bodies, counts, fail, lying, mortal, one, texts } from './habits.ts'
import type { Claims } from './needs.ts'
import { LONG, SHORT } from './trial.ts'

/** Claims about messages that are delivered too often. */
export const deadLettering: Claims = {
  'a message that was delivered too often': {
    'is in the dead-letter queue, with all it carries, and no longer in its own': async ({ queues }) => {
      await mortal(queues, 2)
      await queues.send('a', 'poison', { headers: { kind: 'x' }, priority: 4 })
      await fail(queues, 'a')
      same([await lying(queues, 'a'), await lying(queues, 'dead')], [['poison'], []])
      await fail(queues, 'a')
      same(
        [await counts(queues, 'a'), await counts(queues, 'dead')],
        [
          [0, 0, 0],
          [1, 0, 0],
        ],
      )
      has(await queues.stats('a'), { dead: 1, returned: 1, delivered: 2, acked: 0, bytes: 0 })
      has(await one(queues, 'dead'), { deliveries: 1, headers: { kind: 'x' }, priority: 4 })
    },
    'is there when its last lease is over, whoever looks, once': async ({ queues, pass }) => {
      for (const look of [
        () => lying(queues, 'dead'),
        async () => texts(await queues.receive('dead', { leaseMs: 0 })),
        async () => Array((await queues.stats('dead')).ready).fill('x'),
      ]) {
        await mortal(queues, 1, SHORT)
        await queues.send('a', 'x')
        await one(queues, 'a')
        await pass(SHORT)
        same([await look(), await counts(queues, 'a')], [['x'], [0, 0, 0]])
        has(await queues.stats('dead'), { sent: 1 })
        for (const name of ['a', 'dead']) await queues.delete(name)
      }
    },
    'is not brought back by one who is late': async ({ queues, pass }) => {
      await mortal(queues, 1, SHORT)
      await queues.send('a', 'x')
      const { lease } = await one(queues, 'a')
      await pass(SHORT)
      same([await queues.ack(lease), await queues.nack(lease), await queues.extend(lease, 9)], Array(3).fill('missing'))
      same([await lying(queues, 'dead'), await counts(queues, 'a')], [['x'], [0, 0, 0]])
      await queues.redrive('dead')
      same([await queues.ack(lease), await lying(queues, 'a')], ['missing', ['x']])
    },
    'given back with a delay does not wait for it': async ({ queues }) => {
      await mortal(queues, 1)
      await queues.send('a', 'x')
      same(await queues.nack((await one(queues, 'a')).lease, { delayMs: LONG }), 'held')
      same([await lying(queues, 'dead'), await counts(queues, 'a')], [['x'], [0, 0, 0]])
    },
    'goes there however full that is': async ({ queues }) => {
      await queues.create('dead', { capacity: 1, capacityBytes: 1 })
      await queues.create('a', { maxDeliveries: 1, deadLetterQueue: 'dead' })
      await queues.send('dead', 'before')
      await queues.sendMany('a', bodies('1', '2'))
      await fail(queues, 'a', 2)
      same(
        [await lying(queues, 'dead'), await queues.trySend('dead', 'x')],
        [['before', '1', '2'], { outcome: 'full' }],
      )
    },
    'stays where it is while it is acknowledged in time': async ({ queues }) => {
      await mortal(queues, 2)
      await queues.send('a', 'x')
      await fail(queues, 'a')
      const { lease, deliveries } = await one(queues, 'a')
      same([deliveries, await queues.extend(lease, LONG), await queues.ack(lease)], [2, 'held', 'acked'])
      same(
        [await counts(queues, 'a'), await counts(queues, 'dead')],
        [
          [0, 0, 0],
          [0, 0, 0],
        ],
      )
    },
    'wakes a receive that waits for dead letters': async ({ queues, pass }) => {
      await mortal(queues, 1, SHORT)
      const receiving = one(queues, 'dead')
      await queues.send('a', 'x')
      await one(queues, 'a')
      await pass(SHORT)
      same((await receiving).text(), 'x')
    },
    'makes room for a send that waits': async ({ queues }) => {
      await queues.create('dead')
      await queues.create('a', { maxDeliveries: 1, deadLetterQueue: 'dead', capacity: 1, overflow: 'wait' })
      await queues.send('a', '1')
      const sending = queues.send('a', '2')
      await fail(queues, 'a')
      await sending
      same([await lying(queues, 'a'), await lying(queues, 'dead')], [['2'], ['1']])
    },
    'goes through several dead-letter queues, one after the other': async ({ queues, pass }) => {
      await queues.create('dead 2')
      await queues.create('dead', { maxDeliveries: 1, deadLetterQueue: 'dead 2', leaseMs: SHORT })
      await queues.create('a', { maxDeliveries: 1, deadLetterQueue: 'dead', leaseMs: SHORT })
      await queues.send('a', 'x')
      await one(queues, 'a')
      await pass(SHORT)
      await one(queues, 'dead')
      await pass(SHORT)
      same([await lying(queues, 'dead'), await lying(queues, 'dead 2')], [[], ['x']])
    },
  },
  redrive: {
    'sends dead letters back to where they come from, as new ones, once': async ({ queues }) => {
      await mortal(queues, 2)
      await queues.sendMany('a', [{ body: '1', headers: { kind: 'x' } }, { body: '2' }])
      const [id] = (await queues.peek('a')).map((message) => message.id)
      await fail(queues, 'a', 4)
      await queues.send('a', 'later')
      same([await queues.redrive('dead'), await queues.redrive('dead')], [2, 0])
      const [later, first, second] = await queues.receive('a', ALL)
      same(texts([later, first, second].filter((each) => each !== undefined)), ['later', '1', '2'])
      has(first ?? {}, { deliveries: 1, headers: { kind: 'x' } })
      holds('a new id', first?.id !== id)
      same(await counts(queues, 'dead'), [0, 0, 0])
      has(await queues.stats('dead'), { acked: 2 })
    },
    'sends as many as it is told to, in order': async ({ queues }) => {
      await mortal(queues, 1)
      await queues.sendMany('a', bodies('1', '2', '3'))
      await fail(queues, 'a', 3)
      same([await queues.redrive('dead', { max: 2 }), await lying(queues, 'a')], [2, ['1', '2']])
      same(await lying(queues, 'dead'), ['3'])
    },
    'can be done again and again': async ({ queues }) => {
      await mortal(queues, 1)
      await queues.send('a', 'x')
      for (let i = 0; i < 3; i++) {
        await fail(queues, 'a')
        same([await queues.redrive('dead'), await lying(queues, 'a')], [1, ['x']])
      }
    },
    'leaves what was sent there by somebody, which comes from nowhere': async ({ queues }) => {
      await mortal(queues, 1)
      await queues.send('dead', 'own')
      await queues.send('a', 'x')
      await fail(queues, 'a')
      same([await queues.redrive('dead'), await lying(queues, 'dead'), await lying(queues, 'a')], [1, ['own'], ['x']])
    },
    'leaves what is in flight': async ({ queues }) => {
      await mortal(queues, 1)
      await queues.sendMany('a', bodies('1', '2'))
      await fail(queues, 'a', 2)
      const { lease } = await one(queues, 'dead')
      same([await queues.redrive('dead'), await queues.ack(lease)], [1, 'acked'])
      same(await lying(queues, 'a'), ['2'])
    },
    'leaves what has no room at home, or no home any more': async ({ queues }) => {
      await queues.create('dead')
      for (const name of ['a', 'gone']) {
        await queues.create(name, { maxDeliveries: 1, deadLetterQueue: 'dead', capacity: 1 })
        await queues.send(name, name)
        await fail(queues, name)
      }
      await queues.send('a', 'other')
      await queues.delete('gone')
      same([await queues.redrive('dead'), await lying(queues, 'dead')], [0, ['a', 'gone']])
      await one(queues, 'a', { leaseMs: 0 })
      same([await queues.redrive('dead', { max: 1 }), await lying(queues, 'dead')], [1, ['gone']])
    },
    'wakes a receive that waits': async ({ queues }) => {
      await mortal(queues, 1)
      await queues.send('a', 'x')
      await fail(queues, 'a')
      const receiving = one(queues, 'a')
      same([await queues.redrive('dead'), (await receiving).text()], [1, 'x'])
    },
    'finds the way home through several dead-letter queues': async ({ queues }) => {
      await queues.create('dead 2')
      await queues.create('dead', { maxDeliveries: 1, deadLetterQueue: 'dead 2' })
      await queues.create('a', { maxDeliveries: 1, deadLetterQueue: 'dead' })
      await queues.send('a', 'x')
      await fail(queues, 'a')
      await fail(queues, 'dead')
      same([await queues.redrive('dead 2'), await lying(queues, 'dead')], [1, ['x']])
      same([await queues.redrive('dead'), await lying(queues, 'a')], [1, ['x']])
    },
  },
}
