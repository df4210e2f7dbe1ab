import { has, rejects, same } from './check.ts'
import { bodies, counts, lying, one } from './habits.ts'
import type { Claims } from './needs.ts'
import { LONG, SHORT } from './trial.ts'

/** Claims about queues that are emptied. */
export const purging: Claims = {
  purge: {
    'drops what is ready or delayed, and tells how many': async ({ queues }) => {
      await queues.create('a')
      await queues.sendMany('a', [...bodies('1', '2'), { body: '3', delayMs: LONG }])
      same([await queues.purge('a'), await counts(queues, 'a'), await queues.purge('a')], [3, [0, 0, 0], 0])
      has(await queues.stats('a'), { purged: 3, bytes: 0 })
    },
    'leaves what is in flight, which is acknowledged or comes back': async ({ queues, pass }) => {
      await queues.create('a')
      await queues.sendMany('a', bodies('1', '2', '3', '4'))
      const [first, second] = await queues.receive('a', { max: 2 })
      const third = await one(queues, 'a', { leaseMs: LONG })
      same([await queues.purge('a'), (await counts(queues, 'a')).slice(0, 2)], [1, [0, 0]])
      await queues.extend(third.lease, SHORT)
      same([await queues.ack(first?.lease ?? ''), await queues.nack(second?.lease ?? '')], ['acked', 'held'])
      await pass(SHORT)
      same([await lying(queues, 'a'), (await queues.stats('a')).purged], [['2', '3'], 1])
    },
    'of what is damaged leaves what can be read': async ({ queues }) => {
      await queues.create('a')
      await queues.sendMany('a', [...bodies('1', '2'), { body: '3', delayMs: LONG }])
      same([await queues.purge('a', { damaged: true }), await counts(queues, 'a')], [0, [2, 1, 0]])
      await rejects(queues.purge('c', { damaged: true }), { code: 'missing' })
    },
    'makes room for sends that wait': async ({ queues }) => {
      await queues.create('a', { capacity: 1, overflow: 'wait' })
      await queues.send('a', '1')
      const sending = queues.send('a', '2')
      same(await queues.purge('a'), 1)
      await sending
      same(await lying(queues, 'a'), ['2'])
    },
    'is of one queue, and of one that is there': async ({ queues }) => {
      await queues.create('a')
      await queues.create('b')
      await queues.send('b', '1')
      await queues.purge('a')
      same(await lying(queues, 'b'), ['1'])
      await rejects(queues.purge('c'), { code: 'missing' })
      await rejects(queues.redrive('c'), { code: 'missing' })
      await rejects(queues.delete('c'), { code: 'missing' })
    },
  },
}
