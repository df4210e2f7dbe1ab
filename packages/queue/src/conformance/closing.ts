import { rejects, same, waits } from './check.ts'
import { bodies, NOW, one } from './habits.ts'
import type { Claims } from './needs.ts'

/** Claims about an engine that is closed. */
export const closing: Claims = {
  close: {
    'ends all receives that wait': async ({ queues }) => {
      for (const name of ['a', 'b']) await queues.create(name)
      const all = ['a', 'a', 'b'].map((name) => queues.receive(name))
      for (const each of all) same(await waits(each), true)
      await queues.close()
      for (const each of all) await rejects(each, { code: 'closed' })
    },
    'ends consumers, and tells them so': async ({ queues }) => {
      await queues.create('a')
      const consumer = queues.consume('a', () => {}, { concurrency: 2 })
      same(await waits(consumer.done), true)
      await queues.close()
      await rejects(consumer.done, { code: 'closed' })
      same(consumer.running, 0)
    },
    'lets nothing be done afterwards': async ({ queues }) => {
      await queues.create('a')
      await queues.sendMany('a', bodies('1', '2'))
      const { lease } = await one(queues, 'a')
      await queues.close()
      const calls: Record<string, () => Promise<unknown>> = {
        create: () => queues.create('b'),
        delete: () => queues.delete('a'),
        list: () => queues.list(),
        stats: () => queues.stats('a'),
        pause: () => queues.pause('a'),
        resume: () => queues.resume('a'),
        peek: () => queues.peek('a'),
        purge: () => queues.purge('a'),
        redrive: () => queues.redrive('a'),
        send: () => queues.send('a', 'x'),
        sendMany: () => queues.sendMany('a', bodies('x')),
        trySend: () => queues.trySend('a', 'x'),
        receive: () => queues.receive('a', NOW),
        ack: () => queues.ack(lease),
        nack: () => queues.nack(lease),
        extend: () => queues.extend(lease, 5),
        consume: () => queues.consume('a', () => {}).done,
      }
      for (const call of Object.values(calls)) await rejects(call(), { code: 'closed' })
    },
    'can be called again, and is what disposing is': async ({ queues }) => {
      await Promise.all([queues.close(), queues.close()])
      await queues[Symbol.asyncDispose]()
      await queues.close()
      await rejects(queues.list(), { code: 'closed' })
    },
  },
}
