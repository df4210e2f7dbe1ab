import { has, rejects, same, waits } from './check.ts'
import { bodies, counts, lying, NOW, one, texts } from './habits.ts'
import type { Claims } from './needs.ts'
import { SHORT } from './trial.ts'

/** Claims about queues that are paused. */
export const pausing: Claims = {
  pause: {
    'lets nothing be received, though messages are there': async ({ queues }) => {
      await queues.create('a')
      await queues.send('a', '1')
      await queues.pause('a')
      same([await queues.receive('a', NOW), await queues.receive('a', { timeoutMs: SHORT })], [[], []])
      has(await queues.stats('a'), { isPaused: true, ready: 1, delivered: 0 })
    },
    'makes receives wait, also those that began before': async ({ queues }) => {
      await queues.create('a')
      const before = queues.receive('a')
      same(await waits(before), true)
      await queues.pause('a')
      await queues.sendMany('a', bodies('1', '2'))
      const after = queues.receive('a')
      same([await waits(before), await waits(after)], [true, true])
      await queues.resume('a')
      same(texts([...(await before), ...(await after)]).sort(), ['1', '2'])
    },
    'lets all else go on': async ({ queues, pass }) => {
      await queues.create('a')
      await queues.sendMany('a', bodies('1', '2', '3', '4'))
      const [first, second, third] = await queues.receive('a', { max: 3 })
      await one(queues, 'a', { leaseMs: SHORT })
      await queues.pause('a')
      await queues.send('a', '5')
      same(await queues.ack(first?.lease ?? ''), 'acked')
      same(await queues.nack(second?.lease ?? ''), 'held')
      same(await queues.extend(third?.lease ?? '', SHORT), 'held')
      await pass(SHORT)
      same(
        [await lying(queues, 'a'), await counts(queues, 'a')],
        [
          ['2', '3', '4', '5'],
          [4, 0, 0],
        ],
      )
      same(await queues.purge('a'), 4)
    },
    'called twice is ended by one resume, and resume without it does nothing': async ({ queues }) => {
      await queues.create('a')
      await queues.resume('a')
      await queues.send('a', '1')
      for (let i = 0; i < 2; i++) await queues.pause('a')
      await queues.resume('a')
      same([(await queues.stats('a')).isPaused, (await one(queues, 'a')).text()], [false, '1'])
    },
    'is of one queue, and of one that is there': async ({ queues }) => {
      await queues.create('a')
      await queues.create('b')
      await queues.pause('a')
      await queues.send('b', '1')
      same((await one(queues, 'b')).text(), '1')
      await rejects(queues.pause('c'), { code: 'missing' })
      await rejects(queues.resume('c'), { code: 'missing' })
    },
  },
}
