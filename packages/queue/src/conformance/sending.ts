import { has, holds, rejects, same } from './check.ts'
import { ALL, bodies, counts, lying, NOW, one, texts } from './habits.ts'
import { type Claims, given } from './needs.ts'
import { LONG, SHORT } from './trial.ts'
import { watchedSignal } from './watch.ts'

/** Claims about messages that enter a queue with room. */
export const sending: Claims = {
  send: {
    'gives the id under which the message is received': async ({ queues }) => {
      await queues.create('a')
      const ids = [await queues.send('a', '1'), await queues.send('a', '2')]
      same(
        (await queues.receive('a', { max: 2 })).map(({ id }) => id),
        ids,
      )
      holds('two ids', ids[0] !== ids[1])
    },
    'keeps a message until it is ready, and then puts it behind those that were': async ({ queues, pass }) => {
      await queues.create('a')
      // At once: what is ready now is sent before the first delay is over, however slow the machine is.
      await Promise.all([
        queues.send('a', 'soon', { delayMs: SHORT }),
        queues.send('a', 'late', { delayMs: LONG }),
        queues.send('a', 'now'),
      ])
      await pass(SHORT)
      same(
        [await lying(queues, 'a'), await counts(queues, 'a')],
        [
          ['now', 'soon'],
          [2, 1, 0],
        ],
      )
    },
    'keeps delays to the millisecond, and orders messages by the time they are ready': given('wound clock')(
      async ({ queues, pass }) => {
        await queues.create('a')
        for (const delayMs of [30, 10, 20, 10]) await queues.send('a', String(delayMs), { delayMs })
        await pass(9)
        same(await lying(queues, 'a'), [])
        await pass(1)
        same(await lying(queues, 'a'), ['10', '10'])
        await pass(50)
        same(await lying(queues, 'a'), ['10', '10', '20', '30'])
      },
    ),
    'takes a delay of a hundred days for no less': async ({ queues }) => {
      await queues.create('a')
      await queues.send('a', 'x', { delayMs: 100 * 24 * LONG })
      same([await queues.receive('a', { timeoutMs: SHORT }), await counts(queues, 'a')], [[], [0, 1, 0]])
    },
    'keeps what is sent as it was at the call': async ({ queues }) => {
      await queues.create('a')
      const body = new Uint8Array(1)
      const headers: Record<string, string> = {}
      const message = { body, headers, priority: 0 }
      const sent: Promise<unknown>[] = []
      for (let i = 0; i < 60; i += 3) {
        for (const send of [
          () => queues.send('a', body, { headers }),
          () => queues.trySend('a', body, { headers }),
          () => queues.sendMany('a', [message]),
        ]) {
          body.fill(sent.length)
          headers['number'] = String(sent.length)
          sent.push(send())
        }
      }
      body.fill(99)
      headers['number'] = '99'
      message.priority = 1
      await Promise.all(sent)
      same(
        (await queues.receive('a', ALL)).map((each) => [each.body[0], each.headers['number'], each.priority]),
        sent.map((_, i) => [i, String(i), 0]),
      )
    },
    'to a queue that is not there rejects': async ({ queues }) => {
      await rejects(queues.send('a', 'x'), { code: 'missing' })
      await rejects(queues.trySend('a', 'x'), { code: 'missing' })
      for (const messages of [bodies('x'), []]) await rejects(queues.sendMany('a', messages), { code: 'missing' })
    },
    'sends nothing if its signal has aborted, and leaves no listener on one that has not': async ({ queues }) => {
      await queues.create('a')
      const gone = AbortSignal.abort('enough')
      await rejects(queues.send('a', 'x', { signal: gone }), { reason: 'enough' })
      await rejects(queues.sendMany('a', bodies('x'), { signal: gone }), { reason: 'enough' })
      const watched = watchedSignal()
      await queues.send('a', '1', { signal: watched.signal, timeoutMs: LONG })
      await queues.sendMany('a', bodies('2'), { signal: watched.signal })
      same([watched.listeners, (await queues.stats('a')).sent], [0, 2])
    },
    'counts what was sent, and its bytes': async ({ queues }) => {
      await queues.create('a')
      await queues.send('a', '☕', { headers: { é: 'b' } })
      await queues.send('a', new Uint8Array(4), { delayMs: LONG })
      has(await queues.stats('a'), { sent: 2, ready: 1, delayed: 1, inFlight: 0, bytes: 10 })
    },
  },
  trySend: {
    'answers the id': async ({ queues }) => {
      await queues.create('a')
      const answer = await queues.trySend('a', 'x', { priority: 2, headers: { a: 'b' } })
      const { id, priority, headers } = await one(queues, 'a')
      same(answer, { outcome: 'sent', id })
      same([priority, headers], [2, { a: 'b' }])
    },
  },
  sendMany: {
    'sends all, each with its options, and gives their ids in order': async ({ queues }) => {
      await queues.create('a')
      const ids = await queues.sendMany('a', [
        { body: '1', priority: 3 },
        { body: '2', headers: { kind: 'x' } },
        { body: '3', delayMs: LONG },
        { body: '4' },
      ])
      const got = await queues.receive('a', ALL)
      same(texts(got), ['1', '2', '4'])
      same(
        got.map(({ id }) => id),
        [ids[0], ids[1], ids[3]],
      )
      same(
        got.map(({ priority, headers }) => [priority, headers]),
        [
          [3, {}],
          [0, { kind: 'x' }],
          [0, {}],
        ],
      )
    },
    'sends none if there are none': async ({ queues }) => {
      await queues.create('a')
      same([await queues.sendMany('a', []), await queues.receive('a', NOW)], [[], []])
    },
    'hands over its messages together': async ({ queues }) => {
      await queues.create('a')
      const receiving = queues.receive('a', { max: 3 })
      await queues.sendMany('a', bodies('1', '2', '3'))
      same(texts(await receiving), ['1', '2', '3'])
    },
  },
}
