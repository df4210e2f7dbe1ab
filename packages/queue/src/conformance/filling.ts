import { rejects, same } from './check.ts'
import { bodies, lying, one, senders, texts } from './habits.ts'
import { type Claims, given } from './needs.ts'
import { LONG, SHORT } from './trial.ts'
import { watchedSignal } from './watch.ts'

/** Claims about a queue that has no room. */
export const filling: Claims = {
  'a full queue': {
    'refuses exactly from its capacity on, and gives the body back': async ({ queues }) => {
      await queues.create('a', { capacity: 2 })
      await queues.send('a', '1')
      await queues.send('a', '2')
      same((await rejects(queues.send('a', '3'), { code: 'full' })).bodies, ['3'])
      same(await queues.trySend('a', '3'), { outcome: 'full' })
      const body = new Uint8Array([3])
      same((await rejects(queues.send('a', body), { code: 'full' })).bodies, [body])
      same([await lying(queues, 'a'), (await queues.stats('a')).sent], [['1', '2'], 2])
    },
    'takes all of many messages, or none': async ({ queues }) => {
      await queues.create('a', { capacity: 3 })
      await queues.send('a', '1')
      same((await rejects(queues.sendMany('a', bodies('2', '3', '4')), { code: 'full' })).bodies, ['2', '3', '4'])
      same(await lying(queues, 'a'), ['1'])
      await queues.sendMany('a', bodies('5', '6'))
      same(await lying(queues, 'a'), ['1', '5', '6'])
    },
    'counts what is delayed and in flight': async ({ queues }) => {
      await queues.create('a', { capacity: 2 })
      await queues.send('a', '1')
      const { lease } = await one(queues, 'a')
      await queues.send('a', '2', { delayMs: LONG })
      same(await queues.trySend('a', '3'), { outcome: 'full' })
      await queues.ack(lease)
      same((await queues.trySend('a', '3')).outcome, 'sent')
      same(await queues.trySend('a', '4'), { outcome: 'full' })
    },
    'takes back what comes back, though there is no room for others': async ({ queues, pass }) => {
      for (const overflow of ['reject', 'wait'] as const) {
        await queues.create(overflow, { capacity: 1, overflow })
        await queues.send(overflow, 'x')
        await one(queues, overflow, { leaseMs: SHORT })
        same(await queues.trySend(overflow, 'y'), { outcome: 'full' })
        await pass(SHORT)
        same(await queues.trySend(overflow, 'y'), { outcome: 'full' })
        const { lease } = await one(queues, overflow)
        same([await queues.nack(lease), await lying(queues, overflow)], ['held', ['x']])
      }
    },
    'is full by bytes, too, of bodies and headers': async ({ queues }) => {
      await queues.create('a', { capacityBytes: 10 })
      await queues.send('a', 'x'.repeat(6), { headers: { a: 'b' } })
      same(await queues.trySend('a', 'yyy'), { outcome: 'full' })
      same((await queues.trySend('a', 'yy')).outcome, 'sent')
    },
    'takes a single message larger than all it may have, if it is empty': async ({ queues }) => {
      await queues.create('a', { capacityBytes: 10 })
      await queues.send('a', 'x'.repeat(99))
      same(await queues.trySend('a', ''), { outcome: 'full' })
      await one(queues, 'a', { leaseMs: 0 })
      same((await queues.trySend('a', '')).outcome, 'sent')
      same(await queues.trySend('a', 'x'.repeat(99)), { outcome: 'full' })
    },
    'has room again when messages are acknowledged, purged or taken for good': async ({ queues }) => {
      await queues.create('a', { capacity: 1 })
      await queues.send('a', '1')
      await queues.ack((await one(queues, 'a')).lease)
      await queues.send('a', '2')
      await queues.purge('a')
      await queues.send('a', '3')
      await one(queues, 'a', { leaseMs: 0 })
      await queues.send('a', '4')
      same(await lying(queues, 'a'), ['4'])
    },
  },
  'send that waits for room': {
    'is served as soon as there is some': async ({ queues }) => {
      await queues.create('a', { capacity: 1, overflow: 'wait' })
      await queues.send('a', '1')
      const sending = queues.send('a', '2')
      const { lease } = await one(queues, 'a')
      same([await queues.ack(lease), typeof (await sending)], ['acked', 'string'])
      same((await one(queues, 'a')).text(), '2')
    },
    'is served in the order it began': given('order of waits')(async ({ queues }) => {
      await queues.create('a', { capacity: 1, overflow: 'wait' })
      await queues.send('a', '1')
      const sends: Promise<string>[] = []
      for (const body of ['2', '3', '4']) {
        sends.push(queues.send('a', body))
        await senders(queues, 'a', sends.length)
      }
      same(await queues.trySend('a', 'late'), { outcome: 'full' })
      const got: string[] = []
      for (let i = 0; i < 4; i++) got.push((await one(queues, 'a', { leaseMs: 0 })).text())
      same([got, (await Promise.all(sends)).length], [['1', '2', '3', '4'], 3])
    }),
    'is in front of those asked for after it, also when room comes in between': given('order of waits')(
      async ({ queues }) => {
        await queues.create('a', { capacityBytes: 9, overflow: 'wait' })
        await queues.send('a', '12345678')
        const { lease } = await one(queues, 'a')
        const first = queues.sendMany('a', bodies('23', '34'))
        const acking = queues.ack(lease)
        const sends = [first, ...['4', '56789', '5', '6'].map((body) => queues.send('a', body))]
        await acking
        const got: string[] = []
        while (got.length < 6) got.push(...texts(await queues.receive('a', { leaseMs: 0 })))
        same([got, (await Promise.all(sends)).length], [['23', '34', '4', '56789', '5', '6'], 5])
      },
    ),
    'sends nothing when it is aborted, and leaves no listener': given('order of waits')(async ({ queues }) => {
      await queues.create('a', { capacity: 1, overflow: 'wait' })
      await queues.send('a', '1')
      const watched = watchedSignal()
      const first = queues.send('a', '2', { signal: watched.signal })
      await senders(queues, 'a', 1)
      const second = queues.send('a', '3')
      await senders(queues, 'a', 2)
      watched.abort('enough')
      await rejects(first, { reason: 'enough' })
      await senders(queues, 'a', 1)
      same((await one(queues, 'a', { leaseMs: 0 })).text(), '1')
      await second
      same([await lying(queues, 'a'), watched.listeners], [['3'], 0])
    }),
    'gives the body back when its time is over': async ({ queues }) => {
      await queues.create('a', { capacity: 1, overflow: 'wait' })
      await queues.send('a', '1')
      const watched = watchedSignal()
      const { signal } = watched
      same((await rejects(queues.send('a', '2', { timeoutMs: SHORT, signal }), { code: 'timeout' })).bodies, ['2'])
      const many = queues.sendMany('a', bodies('2', '3'), { timeoutMs: SHORT, signal })
      // Two have no room in a queue for one, however long they wait.
      same((await rejects(many, { code: 'full' })).bodies, ['2', '3'])
      await one(queues, 'a', { leaseMs: 0 })
      await queues.send('a', '4')
      same([texts(await queues.receive('a', { max: 9 })), watched.listeners], [['4'], 0])
    },
    'does not wait with a time of 0': async ({ queues }) => {
      await queues.create('a', { capacity: 1, overflow: 'wait' })
      await queues.send('a', '1')
      same((await rejects(queues.send('a', '2', { timeoutMs: 0 }), { code: 'full' })).bodies, ['2'])
    },
    'makes way for the next when it leaves': given('order of waits')(async ({ queues }) => {
      await queues.create('a', { capacity: 2, overflow: 'wait' })
      await queues.send('a', '1')
      const watched = watchedSignal()
      const many = queues.sendMany('a', bodies('2', '3'), { signal: watched.signal })
      await senders(queues, 'a', 1)
      const single = queues.send('a', '4')
      await senders(queues, 'a', 2)
      watched.abort('enough')
      await rejects(many, { reason: 'enough' })
      await single
      same(await lying(queues, 'a'), ['1', '4'])
    }),
    'is refused at once if it can never have room': async ({ queues }) => {
      await queues.create('a', { capacity: 2, overflow: 'wait' })
      same((await rejects(queues.sendMany('a', bodies('5', '6', '7')), { code: 'full' })).bodies, ['5', '6', '7'])
      same(await lying(queues, 'a'), [])
    },
    'ends when the queue is deleted, or the engine closed': given('order of waits')(async ({ queues }) => {
      for (const name of ['a', 'b']) {
        await queues.create(name, { capacity: 1, overflow: 'wait' })
        await queues.send(name, '1')
      }
      const [gone, closed] = [queues.send('a', '2'), queues.send('b', '2')]
      for (const name of ['a', 'b']) await senders(queues, name, 1)
      await queues.delete('a')
      await rejects(gone, { code: 'closed' })
      await queues.close()
      await rejects(closed, { code: 'closed' })
    }),
  },
}
