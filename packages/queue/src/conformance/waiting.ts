import { holds, rejects, same, turn, until, waits } from './check.ts'
import { ALL, bodies, counts, NOW, one, receivers, texts } from './habits.ts'
import { type Claims, given } from './needs.ts'
import { LONG, SHORT } from './trial.ts'
import { watchedSignal } from './watch.ts'

/** Claims about receives that wait. */
export const waiting: Claims = {
  'receive that waits': {
    'is served when a message is sent, however it is': async ({ queues }) => {
      await queues.create('a')
      const sends = [
        () => queues.send('a', 'x'),
        () => queues.sendMany('a', bodies('x')),
        () => queues.trySend('a', 'x'),
      ]
      for (const send of sends) {
        const receiving = queues.receive('a')
        same(await waits(receiving), true)
        await send()
        same(texts(await receiving), ['x'])
      }
    },
    'is served when a delay, a lease or a nack brings a message': async ({ queues, pass }) => {
      await queues.create('a', { leaseMs: SHORT })
      await queues.send('a', 'x', { delayMs: SHORT })
      for (const deliveries of [1, 2]) {
        const receiving = one(queues, 'a')
        await turn()
        await pass(SHORT)
        same((await receiving).deliveries, deliveries)
      }
      const third = one(queues, 'a', { leaseMs: LONG })
      await turn()
      await pass(SHORT)
      const { lease } = await third
      const fourth = one(queues, 'a')
      await queues.nack(lease, { delayMs: SHORT })
      await pass(SHORT)
      same((await fourth).deliveries, 4)
    },
    'is served in the order it began, each up to its max': given('order of waits')(async ({ queues }) => {
      await queues.create('a')
      const waiting: Promise<string[]>[] = []
      for (const max of [1, 2, 1, 5]) {
        waiting.push(queues.receive('a', { max }).then(texts))
        await receivers(queues, 'a', waiting.length)
      }
      await queues.sendMany('a', bodies('1', '2', '3', '4', '5'))
      same(await Promise.all(waiting), [['1'], ['2', '3'], ['4'], ['5']])
      await receivers(queues, 'a', 0)
    }),
    'takes nothing when it is aborted, frees its place, and leaves no listener': async ({ queues }) => {
      await queues.create('a')
      const watched = watchedSignal()
      const first = queues.receive('a', { signal: watched.signal })
      const second = queues.receive('a').then(texts)
      same(await waits(first), true)
      watched.abort('enough')
      await rejects(first, { reason: 'enough' })
      await queues.send('a', '1')
      same([await second, watched.listeners], [['1'], 0])
    },
    'that is aborted as a message comes takes it or leaves it, and loses nothing': async ({ queues }) => {
      await queues.create('a')
      for (let turns = 0; turns < 24; turns++) {
        const watched = watchedSignal()
        const receiving = queues.receive('a', { signal: watched.signal, leaseMs: LONG })
        const settled = receiving.then(
          (messages) => messages,
          (error: unknown) => holds(`the reason, got ${error}`, error === 'enough'),
        )
        const sending = queues.send('a', String(turns))
        for (let i = 0; i < turns % 12; i++) await (turns < 12 ? undefined : turn())
        watched.abort('enough')
        await sending
        const [message] = (await settled) ?? []
        if (message === undefined) await until(async () => (await queues.stats('a')).ready === 1)
        const got = message ?? (await one(queues, 'a'))
        same([got.text(), await queues.ack(got.lease), watched.listeners], [String(turns), 'acked', 0])
      }
      same(await counts(queues, 'a'), [0, 0, 0])
    },
    'gives nothing when its time is over, and takes nothing afterwards': async ({ queues }) => {
      await queues.create('a')
      const watched = watchedSignal()
      same(await queues.receive('a', { timeoutMs: SHORT, signal: watched.signal }), [])
      await queues.send('a', '1')
      same([await counts(queues, 'a'), watched.listeners], [[1, 0, 0], 0])
    },
    'whose time is over as a message comes takes it or leaves it, and loses nothing': async ({ queues }) => {
      await queues.create('a')
      for (let i = 0; i < 12; i++) {
        const receiving = queues.receive('a', { timeoutMs: 4, leaseMs: LONG })
        const began = performance.now()
        await until(() => performance.now() - began >= i / 2)
        await queues.send('a', String(i))
        const [message] = await receiving
        if (message === undefined) await until(async () => (await queues.stats('a')).ready === 1)
        const got = message ?? (await one(queues, 'a'))
        same([got.text(), await queues.ack(got.lease)], [String(i), 'acked'])
      }
    },
    'does not wait with a time of 0': async ({ queues }) => {
      await queues.create('a')
      same(await queues.receive('a', NOW), [])
      await queues.send('a', '1')
      same(texts(await queues.receive('a', NOW)), ['1'])
    },
    'waits for ever if it is told so': async ({ queues }) => {
      await queues.create('a')
      const receiving = [Number.POSITIVE_INFINITY, 100 * 24 * LONG].map((timeoutMs) => one(queues, 'a', { timeoutMs }))
      for (const each of receiving) same(await waits(each), true)
      await queues.sendMany('a', bodies('1', '2'))
      same(texts(await Promise.all(receiving)).sort(), ['1', '2'])
    },
    'leaves no listener on a signal that a thousand receives had': async ({ queues }) => {
      await queues.create('a')
      const watched = watchedSignal()
      const { signal } = watched
      const all = Array.from({ length: 10 }, () => queues.receive('a', { signal, leaseMs: 0, max: 1_000 }))
      for (const receiving of all) {
        await queues.send('a', 'x')
        same((await receiving).length, 1)
      }
      for (let i = 0; i < 1_000; i++) await queues.receive('a', { signal, timeoutMs: 0 })
      same(watched.listeners, 0)
    },
    'leaves its lease to begin when it is served': given('wound clock')(async ({ queues, pass }) => {
      await queues.create('a')
      const receiving = one(queues, 'a', { leaseMs: 50 })
      await turn()
      await pass(40)
      await queues.send('a', '1')
      const { lease } = await receiving
      await pass(49)
      same(await queues.ack(lease), 'acked')
    }),
    'ends when the queue is deleted': async ({ queues }) => {
      await queues.create('a')
      const receiving = queues.receive('a')
      same(await waits(receiving), true)
      await queues.delete('a')
      await rejects(receiving, { code: 'closed' })
    },
    'sees nothing of other queues': async ({ queues }) => {
      for (const name of ['a', 'b']) await queues.create(name)
      const receiving = queues.receive('a', { timeoutMs: SHORT })
      await queues.send('b', 'x')
      same([await receiving, texts(await queues.receive('b', ALL))], [[], ['x']])
    },
  },
}
