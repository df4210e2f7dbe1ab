import { holds, rejects, same } from './check.ts'
import { bodies, counts, lying, one } from './habits.ts'
import type { Claims } from './needs.ts'
import { LONG } from './trial.ts'

const NAMES = [
  'A',
  'a',
  ' ',
  '.',
  '..',
  '../x',
  'a/b',
  'nul',
  'ü',
  'u\u0308',
  '한국 ☕',
  '__proto__',
  '%',
  'x'.repeat(200),
]

/** Claims about queues that come and go. */
export const making: Claims = {
  create: {
    'makes a queue once, and tells whether it did': async ({ queues }) => {
      same([await queues.create('a', { leaseMs: 5 }), await queues.create('a', { leaseMs: 5 })], [true, false])
      same(await queues.list(), ['a'])
    },
    'takes what is not said for what holds then': async ({ queues }) => {
      await queues.create('a', { capacity: undefined })
      same(await queues.create('a'), false)
      const usual = { capacity: 1_000_000, capacityBytes: 2 ** 30, overflow: 'reject', leaseMs: 30_000 } as const
      same(await queues.create('a', { ...usual, order: 'fifo', dedupMs: 300_000 }), false)
      same((await queues.stats('a')).leaseMs, 30_000)
    },
    'refuses other options for a queue that is there, and leaves it as it was': async ({ queues }) => {
      await queues.create('dead')
      await queues.create('a', { leaseMs: 500, capacity: 1 })
      await queues.send('a', 'x')
      for (const options of [
        {},
        { leaseMs: 500 },
        { leaseMs: 501, capacity: 1 },
        { leaseMs: 500, capacity: 1, order: 'priority' as const },
        { leaseMs: 500, capacity: 1, maxDeliveries: 3, deadLetterQueue: 'dead' },
      ]) {
        await rejects(queues.create('a', options), { code: 'conflict' })
      }
      same([(await queues.stats('a')).leaseMs, await queues.trySend('a', 'y')], [500, { outcome: 'full' }])
      same(await lying(queues, 'a'), ['x'])
    },
    'wants the dead-letter queue to be there': async ({ queues }) => {
      await rejects(queues.create('a', { maxDeliveries: 1, deadLetterQueue: 'dead' }), { code: 'missing' })
      same(await queues.list(), [])
    },
    'called twice at once makes one queue': async ({ queues }) => {
      const made = await Promise.all([1, 2, 3].map(() => queues.create('a')))
      same(made.sort(), [false, false, true])
    },
    'keeps queues apart whose names differ at all': async ({ queues }) => {
      for (const name of NAMES) same(await queues.create(name), true, `${name}: `)
      same(await queues.list(), NAMES)
      for (const name of NAMES) await queues.send(name, name)
      for (const name of NAMES) same((await one(queues, name)).text(), name)
    },
  },
  list: {
    'gives the names in the order of their making': async ({ queues }) => {
      for (const name of ['b', 'c', 'a', 'd']) await queues.create(name)
      await queues.delete('c')
      await queues.create('c')
      same(await queues.list(), ['b', 'a', 'd', 'c'])
    },
  },
  delete: {
    'tells what was there': async ({ queues }) => {
      await queues.create('a')
      await queues.sendMany('a', [...bodies('1', '2'), { body: '3', delayMs: LONG }])
      same(await queues.delete('a'), { ready: 2, delayed: 1, inFlight: 0 })
      same(await queues.list(), [])
    },
    'refuses while messages are in flight, and changes nothing': async ({ queues }) => {
      await queues.create('a')
      await queues.sendMany('a', bodies('1', '2'))
      const { lease } = await one(queues, 'a')
      await rejects(queues.delete('a'), { code: 'in-flight' })
      await rejects(queues.delete('a', { force: false }), { code: 'in-flight' })
      same([await counts(queues, 'a'), await queues.ack(lease)], [[1, 0, 1], 'acked'])
      same(await queues.delete('a'), { ready: 1, delayed: 0, inFlight: 0 })
    },
    'forced to, tells what was in flight, and its leases are over': async ({ queues }) => {
      await queues.create('a')
      await queues.sendMany('a', bodies('1', '2'))
      const { lease } = await one(queues, 'a')
      same(await queues.delete('a', { force: true }), { ready: 1, delayed: 0, inFlight: 1 })
      same([await queues.ack(lease), await queues.nack(lease), await queues.extend(lease, 9)], Array(3).fill('missing'))
    },
    'makes the name free for a queue that knows nothing of the old one': async ({ queues }) => {
      await queues.create('a', { capacity: 2 })
      await queues.sendMany('a', [{ body: 'old', dedupKey: 'k' }, { body: 'older' }])
      const { lease } = await one(queues, 'a')
      await queues.delete('a', { force: true })
      same(await queues.create('a', { leaseMs: 7 }), true)
      await queues.send('a', 'new', { dedupKey: 'k' })
      const fresh = await one(queues, 'a', { leaseMs: LONG })
      same([fresh.text(), fresh.deliveries, await queues.ack(lease)], ['new', 1, 'missing'])
      holds(`another lease than ${lease}`, fresh.lease !== lease)
      same([(await queues.stats('a')).sent, await queues.ack(fresh.lease)], [1, 'acked'])
    },
    'refuses for a queue that is the dead-letter queue of another': async ({ queues }) => {
      await queues.create('dead')
      await queues.create('a', { maxDeliveries: 1, deadLetterQueue: 'dead' })
      await rejects(queues.delete('dead', { force: true }), { code: 'conflict' })
      await queues.delete('a')
      same(await queues.delete('dead'), { ready: 0, delayed: 0, inFlight: 0 })
    },
    'leaves other queues alone': async ({ queues }) => {
      for (const name of ['a', 'b']) {
        await queues.create(name)
        await queues.send(name, name)
      }
      const { lease } = await one(queues, 'b')
      await queues.delete('a')
      same([await queues.ack(lease), await queues.list()], ['acked', ['b']])
    },
  },
}
