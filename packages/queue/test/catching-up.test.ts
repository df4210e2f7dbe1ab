import { describe, expect, test } from 'vitest'
import type { OpenQueues } from '../src/index.ts'
import { type HandClock, now, opened, quiet, rejection, texts } from './support.ts'

const MANY = 20_000

/** A queue of many messages whose leases have ended in one moment, and the first of these leases. */
async function ended(): Promise<{ queues: OpenQueues; clock: HandClock; lease: string }> {
  const { queues, clock } = await opened()
  await queues.create('a', { leaseMs: 10 })
  await queues.sendMany(
    'a',
    Array.from({ length: MANY }, (_, i) => ({ body: String(i) })),
  )
  const [first] = await queues.receive('a', { max: MANY })
  clock.nowMs += 10
  return { queues, clock, lease: first?.lease ?? '' }
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
    await queues.create('b')
    const waited = queues.receive('a', { max: 2 })
    const later = queues.receive('a')
    expect([texts(await waited), texts(await later)]).toEqual([['0', '1'], ['2']])
    await queues.close()
  })

  test('keep no send in a queue that is deleted meanwhile: it is given back', async () => {
    const { queues } = await ended()
    const deleted = queues.delete('a', { force: true })
    const sent = rejection(queues.send('a', 'x'))
    expect(await deleted).toEqual({ ready: MANY, delayed: 0, inFlight: 0 })
    expect(await sent).toMatchObject({ code: 'closed', bodies: ['x'] })
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
