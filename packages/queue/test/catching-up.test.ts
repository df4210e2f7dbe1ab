import { describe, expect, test } from 'vitest'
import type { OpenQueues } from '../src/index.ts'
import { type HandClock, now, opened, quiet, rejection, texts } from './support.ts'

const MANY = 20_000

/** A queue of many messages whose leases have ended in one moment, the first of these leases, and one that is held for 50 ms more. */
async function ended(
  prepare: (queues: OpenQueues) => Promise<unknown> = async () => {},
): Promise<{ queues: OpenQueues; clock: HandClock; lease: string; held: string }> {
  const { queues, clock } = await opened()
  await queues.create('a', { leaseMs: 10 })
  await queues.sendMany(
    'a',
    Array.from({ length: MANY }, (_, i) => ({ body: String(i) })),
  )
  const [first] = await queues.receive('a', { max: MANY })
  await queues.create('held')
  await queues.send('held', 'x')
  const [message] = await queues.receive('held', { leaseMs: 60 })
  await prepare(queues)
  clock.nowMs += 10
  return { queues, clock, lease: first?.lease ?? '', held: message?.lease ?? '' }
}

/** How often the event loop turns until a promise is settled. */
async function turns(promise: Promise<unknown>): Promise<number> {
  let count = 0
  const counting = (): void => {
    count++
    immediate = setImmediate(counting)
  }
  let immediate = setImmediate(counting)
  await promise
  clearImmediate(immediate)
  return count
}

describe('many leases that end in one moment', () => {
  test('leave the event loop its turns', async () => {
    const { queues } = await ended()
    expect(await turns(queues.stats('a'))).toBeGreaterThanOrEqual(MANY / 2_000 - 1)
    await queues.close()
  })

  test('have all ended for whoever asks meanwhile, and the messages come in their order', async () => {
    const { queues, lease } = await ended()
    const body = new Uint8Array([65])
    const asked = [
      queues.ack(lease),
      queues.extend(lease, 5),
      queues.ackMany([lease]),
      queues.trySend('a', body),
      queues.receive('a', { max: 2, ...now }).then(texts),
    ]
    body.fill(0) // What is sent was taken when it was given.
    expect(await Promise.all(asked)).toMatchObject([
      'requeued',
      'requeued',
      ['requeued'],
      { outcome: 'sent' },
      ['0', '1'],
    ])
    expect(texts(await queues.peek('a'))).toEqual(['2'])
    expect(await queues.stats('a')).toMatchObject({ ready: MANY - 1, inFlight: 2, returned: MANY })
    expect(texts(await queues.receive('a', { max: MANY })).at(-1)).toBe('A')
    await queues.close()
  })

  test('serve who waited before, first come, first served', async () => {
    const { queues } = await ended()
    const waited = queues.receive('a', { max: 2 })
    const later = queues.receive('a')
    expect([texts(await waited), texts(await later)]).toEqual([['0', '1'], ['2']])
    await queues.close()
  })

  test('have calls done in the order in which they were made', async () => {
    const { queues } = await ended(async (fresh) => {
      for (const name of ['b', 'c', 'd']) await fresh.create(name)
    })
    const asked = [
      queues.send('b', '1'),
      queues.receive('b', now).then(texts),
      queues.send('c', '1'),
      queues.purge('c'),
      queues.delete('d'),
      queues.create('d'),
    ]
    expect(await Promise.all(asked)).toMatchObject(['1', ['1'], '1', 1, { ready: 0 }, true])
    expect(await queues.list()).toEqual(['a', 'held', 'b', 'c', 'd'])
    await queues.close()
  })

  test('cost nobody a lease that was held when the call was made', async () => {
    const { queues, clock, held } = await ended()
    const acked = queues.ack(held)
    clock.nowMs += 60
    expect(await acked).toBe('acked')
    await queues.close()
  })

  test.each(['reject', 'wait'] as const)('keep no send in a queue that is deleted meanwhile: %s', async (overflow) => {
    const { queues } = await ended((fresh) => fresh.create('b', { capacity: 1, overflow }))
    const before = queues.send('b', '1')
    const deleted = queues.delete('b')
    const after = rejection(queues.send('b', '2'))
    expect([await before, await deleted]).toMatchObject(['1', { ready: 1 }])
    expect(await after).toMatchObject({ code: 'closed', bodies: ['2'] })
    await queues.close()
  })

  test('send nothing that was aborted meanwhile', async () => {
    const { queues } = await ended((fresh) => fresh.create('b', { capacity: 1, overflow: 'wait' }))
    const controller = new AbortController()
    const sends = ['1', '2'].map((body) => rejection(queues.send('b', body, { signal: controller.signal })))
    controller.abort('enough')
    expect(await Promise.all(sends)).toEqual(['enough', 'enough'])
    expect(await queues.stats('b')).toMatchObject({ sent: 0, waitingSends: 0 })
    await queues.close()
  })

  test('do not keep an engine from closing, and all who ask are told', async () => {
    const { queues, lease } = await ended()
    const asked = [queues.ack(lease), queues.receive('a'), queues.stats('a')].map(rejection)
    await quiet()
    await queues.close()
    for (const error of await Promise.all(asked)) expect(error).toMatchObject({ code: 'closed' })
  })
})
