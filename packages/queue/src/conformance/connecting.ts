import { has, rejects, same, until, waits } from './check.ts'
import { bodies, counts, lying, NOW, one, texts } from './habits.ts'
import { type Claims, given } from './needs.ts'
import { LONG, SHORT } from './trial.ts'
import { watchedSignal } from './watch.ts'

const together = given('connections')

/** Claims about several engines on the same queues. */
export const connecting: Claims = {
  'another engine': {
    'sees the same queues': together(async ({ queues, connect }) => {
      const other = await connect()
      await queues.create('a', { leaseMs: 5 })
      await other.create('b')
      same(
        [await other.create('a', { leaseMs: 5 }), await other.list(), await queues.list()],
        [false, ['a', 'b'], ['a', 'b']],
      )
      await rejects(other.create('a'), { code: 'conflict' })
      await queues.send('a', '1')
      same([await lying(other, 'a'), await counts(other, 'a')], [['1'], [1, 0, 0]])
      await other.delete('a')
      await rejects(queues.send('a', '2'), { code: 'missing' })
    }),
    'receives what this one sent, and nothing that this one holds': together(async ({ queues, connect }) => {
      const other = await connect()
      await queues.create('a')
      await queues.sendMany('a', bodies('1', '2'))
      same([(await one(queues, 'a')).text(), (await one(other, 'a')).text()], ['1', '2'])
      same([await queues.receive('a', NOW), await other.receive('a', NOW)], [[], []])
    }),
    'takes the leases of this one': together(async ({ queues, connect }) => {
      const other = await connect()
      await queues.create('a')
      await queues.sendMany('a', bodies('1', '2', '3'))
      const [first, second, third] = await queues.receive('a', { max: 3 })
      same(await other.ack(first?.lease ?? ''), 'acked')
      same(await other.nack(second?.lease ?? ''), 'held')
      same(await other.extend(third?.lease ?? '', LONG), 'held')
      same([await queues.ack(first?.lease ?? ''), await queues.ack(second?.lease ?? '')], ['missing', 'requeued'])
      same([await lying(queues, 'a'), await queues.ack(third?.lease ?? '')], [['2'], 'acked'])
    }),
    'takes the leases of one that is closed, which hold until they are over': together(async ({ queues, connect }) => {
      const other = await connect()
      await queues.create('a')
      await queues.sendMany('a', bodies('1', '2'))
      const { lease } = await one(other, 'a', { leaseMs: LONG })
      await other.close()
      same([await counts(queues, 'a'), await queues.ack(lease)], [[1, 0, 1], 'acked'])
      same(
        (await queues.receive('a', { max: 9 })).map((message) => message.deliveries),
        [1],
      )
    }),
    'closed, leaves this one at work, and takes nothing with a receive that waited': together(
      async ({ queues, connect }) => {
        const other = await connect()
        await queues.create('a')
        const [gone, waiting] = [other.receive('a'), queues.receive('a')]
        same([await waits(gone), await waits(waiting)], [true, true])
        await other.close()
        await rejects(gone, { code: 'closed' })
        await queues.sendMany('a', bodies('1'))
        await queues.sendMany('a', bodies('2'))
        same([texts(await waiting), (await one(queues, 'a')).text()], [['1'], '2'])
      },
    ),
    'is served while it waits by what this one does': together(async ({ queues, connect }) => {
      const other = await connect()
      await queues.create('a', { capacity: 1, overflow: 'wait' })
      const receiving = other.receive('a', { leaseMs: 0 })
      await queues.send('a', '1')
      same(texts(await receiving), ['1'])
      await queues.send('a', '2')
      const sending = other.send('a', '3')
      same((await one(queues, 'a', { leaseMs: 0 })).text(), '2')
      await sending
      same((await one(queues, 'a', { leaseMs: 0 })).text(), '3')
    }),
    'waits its turn among the receives of all': given(
      'connections',
      'order of waits',
    )(async ({ queues, connect }) => {
      const other = await connect()
      await queues.create('a')
      const all: Promise<string[]>[] = []
      for (const engine of [queues, other, other, queues]) {
        all.push(engine.receive('a').then(texts))
        await until(async () => (await queues.stats('a')).waitingReceives === all.length)
      }
      await other.sendMany('a', bodies('1', '2', '3', '4'))
      same(await Promise.all(all), [['1'], ['2'], ['3'], ['4']])
    }),
    'frees its place when its receive is aborted': together(async ({ queues, connect }) => {
      const other = await connect()
      await queues.create('a')
      const watched = watchedSignal()
      const gone = other.receive('a', { signal: watched.signal })
      same(await waits(gone), true)
      watched.abort('enough')
      await rejects(gone, { reason: 'enough' })
      await queues.send('a', '1')
      const { lease, text } = await one(queues, 'a')
      same([text(), await other.ack(lease), watched.listeners], ['1', 'acked', 0])
    }),
    'shares a pause, and the end of a queue': together(async ({ queues, connect }) => {
      const other = await connect()
      await queues.create('a')
      await queues.send('a', '1')
      await queues.pause('a')
      same(await other.receive('a', { timeoutMs: SHORT }), [])
      await other.resume('a')
      same((await one(queues, 'a', { leaseMs: 0 })).text(), '1')
      const receiving = other.receive('a')
      same(await waits(receiving), true)
      await queues.delete('a')
      await rejects(receiving, { code: 'closed' })
    }),
    'knows the dedup keys of this one': together(async ({ queues, connect }) => {
      const other = await connect()
      await queues.create('a')
      const id = await queues.send('a', '1', { dedupKey: 'k' })
      same([await other.send('a', '2', { dedupKey: 'k' }), await lying(other, 'a')], [id, ['1']])
    }),
    'works on the same messages, each once': together(async ({ queues, connect }) => {
      const engines = [queues, await connect(), await connect()]
      await queues.create('a')
      const got: string[] = []
      const consumers = engines.map((engine) =>
        engine.consume('a', (message) => void got.push(message.text()), { concurrency: 3 }),
      )
      const all = Array.from({ length: 300 }, (_, i) => String(i))
      await Promise.all(all.map((body, i) => engines[i % 3]?.send('a', body)))
      await until(async () => (await queues.stats('a')).acked === all.length)
      for (const consumer of consumers) await consumer.stop()
      same(
        got.sort((a, b) => Number(a) - Number(b)),
        all,
      )
      has(await queues.stats('a'), { delivered: 300, returned: 0, inFlight: 0 })
    }),
  },
}
