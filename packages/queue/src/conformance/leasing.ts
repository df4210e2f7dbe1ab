import { has, holds, refuses, same } from './check.ts'
import { ALL, bodies, counts, lying, NOW, one, texts } from './habits.ts'
import { type Claims, given } from './needs.ts'
import { LONG, SHORT } from './trial.ts'

/** Claims about leases: how they are used, and how they end. */
export const leasing: Claims = {
  'a lease': {
    'that is over puts the message in front again, in the order of before': async ({ queues, pass }) => {
      await queues.create('a', { leaseMs: SHORT })
      await queues.sendMany('a', bodies('1', '2', '3'))
      await queues.receive('a', { max: 2 })
      await queues.send('a', '4')
      await pass(SHORT)
      const again = await queues.receive('a', { ...ALL, leaseMs: LONG })
      same(
        again.map((message) => [message.text(), message.deliveries]),
        [
          ['1', 2],
          ['2', 2],
          ['3', 1],
          ['4', 1],
        ],
      )
      has(await queues.stats('a'), { delivered: 6, returned: 2, inFlight: 4 })
    },
    'that is over is told to its holder, and changes nothing': async ({ queues, pass }) => {
      await queues.create('a', { leaseMs: SHORT })
      await queues.send('a', '1')
      const { lease } = await one(queues, 'a')
      await pass(SHORT)
      const late = [await queues.ack(lease), await queues.nack(lease), await queues.extend(lease, LONG)]
      same(late, Array(3).fill('requeued'))
      same([await counts(queues, 'a'), await lying(queues, 'a')], [[1, 0, 0], ['1']])
    },
    'of somebody else is not touched by one who is late': async ({ queues, pass }) => {
      await queues.create('a')
      await queues.send('a', '1')
      const { lease: late } = await one(queues, 'a', { leaseMs: SHORT })
      await pass(SHORT)
      const { lease } = await one(queues, 'a', { leaseMs: LONG })
      same(await queues.ack(late), 'requeued')
      same(await queues.nack(late, { delayMs: LONG }), 'requeued')
      same(await queues.extend(late, 1), 'requeued')
      await pass(1)
      same([await counts(queues, 'a'), await queues.ack(lease)], [[0, 0, 1], 'acked'])
      same([await queues.ack(lease), await queues.ack(late)], ['missing', 'missing'])
      has(await queues.stats('a'), { acked: 1, returned: 1, delivered: 2 })
    },
    'lasts as long as it was asked for, whatever the queue says, to the millisecond': given('wound clock')(
      async ({ queues, pass }) => {
        await queues.create('a', { leaseMs: 20 })
        await queues.sendMany('a', bodies('1', '2', '3'))
        await one(queues, 'a', { leaseMs: 10 })
        await one(queues, 'a')
        await one(queues, 'a', { leaseMs: 30 })
        for (const [ms, there] of [
          [9, []],
          [1, ['1']],
          [9, ['1']],
          [1, ['1', '2']],
          [9, ['1', '2']],
          [1, ['1', '2', '3']],
        ] as const) {
          await pass(ms)
          same(await lying(queues, 'a'), there)
        }
      },
    ),
    'can be made longer': async ({ queues, pass }) => {
      await queues.create('a')
      await queues.send('a', '1')
      const { lease } = await one(queues, 'a')
      // Asked at once: the first is not over before the second is heard, however slow the machine is.
      same(await Promise.all([queues.extend(lease, SHORT), queues.extend(lease, LONG)]), ['held', 'held'])
      await pass(SHORT)
      same([await queues.receive('a', NOW), await queues.ack(lease)], [[], 'acked'])
    },
    'can be made shorter: it lasts so long from now': async ({ queues, pass }) => {
      await queues.create('a', { leaseMs: LONG })
      await queues.send('a', '1')
      const { lease } = await one(queues, 'a')
      same(await queues.extend(lease, SHORT), 'held')
      await pass(SHORT)
      same([await queues.ack(lease), await lying(queues, 'a')], ['requeued', ['1']])
    },
    'is extended from now, to the millisecond': given('wound clock')(async ({ queues, pass }) => {
      await queues.create('a')
      await queues.send('a', '1')
      const { lease } = await one(queues, 'a', { leaseMs: 10 })
      await pass(9)
      same(await queues.extend(lease, 100), 'held')
      await pass(99)
      same([await queues.extend(lease, 5), await counts(queues, 'a')], ['held', [0, 0, 1]])
      await pass(5)
      same(await queues.extend(lease, 5), 'requeued')
    }),
    'of Infinity, or of a hundred days, is not over at once': async ({ queues }) => {
      await queues.create('a')
      await queues.sendMany('a', bodies('1', '2'))
      for (const leaseMs of [Number.POSITIVE_INFINITY, 100 * 24 * LONG]) await one(queues, 'a', { leaseMs })
      same([await queues.receive('a', { timeoutMs: SHORT }), await counts(queues, 'a')], [[], [0, 0, 2]])
    },
    'of Infinity is never over by itself, and one of a hundred days not before': given('wound clock')(
      async ({ queues, pass }) => {
        await queues.create('a')
        await queues.create('b', { leaseMs: Number.POSITIVE_INFINITY })
        for (const name of ['a', 'b']) await queues.sendMany(name, bodies('1', '2'))
        const { lease } = await one(queues, 'a', { leaseMs: Number.POSITIVE_INFINITY })
        const { lease: extended } = await one(queues, 'a', { leaseMs: 5 })
        await queues.extend(extended, 100 * 24 * LONG)
        const { lease: usual } = await one(queues, 'b')
        await pass(100 * 24 * LONG - 1)
        same(
          [await counts(queues, 'a'), await counts(queues, 'b')],
          [
            [0, 0, 2],
            [1, 0, 1],
          ],
        )
        await pass(1)
        same(
          [await queues.ack(extended), await queues.ack(lease), await queues.ack(usual)],
          ['requeued', 'acked', 'acked'],
        )
      },
    ),
    'that is no text is refused': async ({ queues }) => {
      for (const wrong of ['', 7, undefined, null, {}] as never[]) {
        await refuses(queues.ack(wrong), 'TypeError', ['ack: lease: '])
        await refuses(queues.nack(wrong), 'TypeError', ['nack: lease: '])
        await refuses(queues.extend(wrong, 5), 'TypeError', ['extend: lease: '])
      }
    },
    'that nobody gave out holds nothing': async ({ queues }) => {
      await queues.create('a')
      await queues.sendMany('a', bodies('1', '2'))
      const [first] = await queues.receive('a', { max: 2 })
      for (const wrong of ['x', `${first?.lease}1`, ` ${first?.lease}`, first?.id ?? '', '0', '-1', 'null']) {
        for (const call of [() => queues.ack(wrong), () => queues.nack(wrong), () => queues.extend(wrong, 1)]) {
          const outcome = await call().catch((error: Error) => error.name)
          holds(
            `a lease that is none, got ${outcome} for ${wrong}`,
            ['TypeError', 'missing', 'requeued'].includes(outcome),
          )
        }
      }
      same(await counts(queues, 'a'), [0, 0, 2])
    },
  },
  ack: {
    'ends the message for good, once': async ({ queues, pass }) => {
      await queues.create('a', { leaseMs: SHORT })
      await queues.sendMany('a', bodies('1', '2'))
      const { lease } = await one(queues, 'a', { leaseMs: LONG })
      same([await queues.ack(lease), await queues.ack(lease)], ['acked', 'missing'])
      same([await queues.nack(lease), await queues.extend(lease, 9)], ['missing', 'missing'])
      await pass(SHORT)
      same(await lying(queues, 'a'), ['2'])
      has(await queues.stats('a'), { acked: 1, inFlight: 0, bytes: 1 })
    },
    'called many times at once is done once': async ({ queues }) => {
      await queues.create('a')
      await queues.send('a', '1')
      const { lease } = await one(queues, 'a')
      const outcomes = await Promise.all([1, 2, 3, 4].map(() => queues.ack(lease)))
      same([outcomes.sort(), (await queues.stats('a')).acked], [['acked', 'missing', 'missing', 'missing'], 1])
    },
    'of one message leaves those that came with it': async ({ queues }) => {
      await queues.create('a')
      await queues.sendMany('a', bodies('1', '2', '3'))
      const [first, second, third] = await queues.receive('a', ALL)
      same(await queues.ack(second?.lease ?? ''), 'acked')
      for (const message of [third, first]) same(await queues.nack(message?.lease ?? ''), 'held')
      same(await lying(queues, 'a'), ['1', '3'])
    },
  },
  ackMany: {
    'ends each message for good, and tells what became of each, in their order': async ({ queues, pass }) => {
      for (const name of ['a', 'b']) await queues.create(name)
      await queues.sendMany('a', bodies('1', '2', '3'))
      await queues.send('b', '4')
      const [first, second, third] = await queues.receive('a', { max: 3 })
      const { lease: other } = await one(queues, 'b')
      const late = first?.lease ?? ''
      same(await queues.extend(late, SHORT), 'held')
      await pass(SHORT)
      same(await queues.ackMany([third?.lease ?? '', late, other, third?.lease ?? '']), [
        'acked',
        'requeued',
        'acked',
        'missing',
      ])
      same([await lying(queues, 'a'), await queues.ack(second?.lease ?? '')], [['1'], 'acked'])
      same([(await queues.stats('a')).acked, await counts(queues, 'b')], [2, [0, 0, 0]])
    },
    'of no lease is nothing': async ({ queues }) => {
      same(await queues.ackMany([]), [])
    },
    'ends none if one is no text': async ({ queues }) => {
      await queues.create('a')
      await queues.send('a', '1')
      const { lease } = await one(queues, 'a')
      for (const wrong of ['', 7, undefined] as never[]) {
        await refuses(queues.ackMany([lease, wrong]), 'TypeError', ['ackMany: lease: '])
      }
      await refuses(queues.ackMany(lease as never), 'TypeError', ['ackMany: leases: '])
      same(await counts(queues, 'a'), [0, 0, 1])
    },
    'of thousands ends each': async ({ queues }) => {
      await queues.create('a')
      await queues.sendMany('a', bodies(...Array.from({ length: 3_000 }, (_, i) => String(i))))
      const leases = (await queues.receive('a', ALL)).map(({ lease }) => lease)
      while (leases.length < 3_000) leases.push(...(await queues.receive('a', ALL)).map(({ lease }) => lease))
      same([...new Set(await queues.ackMany(leases))], ['acked'])
      same([await counts(queues, 'a'), (await queues.stats('a')).acked], [[0, 0, 0], 3_000])
    },
  },
  nack: {
    'puts the message in front again at once, and ends the lease': async ({ queues }) => {
      await queues.create('a')
      await queues.sendMany('a', bodies('1', '2', '3'))
      const [first, second] = await queues.receive('a', { max: 2 })
      for (const message of [second, first]) same(await queues.nack(message?.lease ?? ''), 'held')
      same([await queues.nack(first?.lease ?? ''), await queues.ack(second?.lease ?? '')], ['requeued', 'requeued'])
      same([await lying(queues, 'a'), (await queues.stats('a')).returned], [['1', '2', '3'], 2])
    },
    'with a delay keeps it for so long, and then puts it in front': async ({ queues, pass }) => {
      await queues.create('a')
      await queues.sendMany('a', bodies('1', '2', '3'))
      const [first, second] = await queues.receive('a', { max: 2 })
      same(await queues.nack(first?.lease ?? '', { delayMs: SHORT }), 'held')
      same(await queues.nack(second?.lease ?? '', { delayMs: LONG }), 'held')
      same([await queues.ack(first?.lease ?? ''), (await counts(queues, 'a'))[2]], ['requeued', 0])
      await pass(SHORT)
      same(
        [texts(await queues.receive('a', ALL)), await counts(queues, 'a')],
        [
          ['1', '3'],
          [0, 1, 2],
        ],
      )
    },
    'puts a message of a queue by priority before those of its own that were sent later': async ({ queues }) => {
      await queues.create('a', { order: 'priority' })
      await queues.sendMany(
        'a',
        [1, 2, 2, 1].map((priority, i) => ({ body: `${priority} ${i}`, priority })),
      )
      const all = await queues.receive('a', ALL)
      for (const { lease } of all.reverse()) await queues.nack(lease)
      await queues.send('a', '2 late', { priority: 2 })
      same(await lying(queues, 'a'), ['2 1', '2 2', '2 late', '1 0', '1 3'])
    },
  },
}
