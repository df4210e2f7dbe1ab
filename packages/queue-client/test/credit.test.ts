import { describe, expect, test } from 'vitest'
import { connected, rejection, serve, texts, until } from './support.ts'

describe('a grant', () => {
  describe.each([1, 2, 3, 8, 4096])('of %i requests', (maxRequests) => {
    test('sends that wait for room do not keep back the receives they wait for', async () => {
      const { at, engine } = await serve({ limits: { maxRequests } })
      const client = await connected(at)
      await client.create('full', { capacity: 2, overflow: 'wait' })
      const sending = Array.from({ length: maxRequests + 10 }, (_, i) => client.send('full', String(i)))
      await until(async () => (await engine.stats('full')).waitingSends > 0)
      const received: string[] = []
      while (received.length < sending.length) {
        const messages = await client.receive('full', { max: 2 })
        received.push(...texts(messages))
        await Promise.all(messages.map(({ lease }) => client.ack(lease)))
      }
      await Promise.all(sending)
      expect(received).toEqual(sending.map((_, i) => String(i)))
    })

    test('receives that wait do not keep back the sends that may wait', async () => {
      const { at, engine } = await serve({ limits: { maxRequests } })
      const client = await connected(at)
      await client.create('a', { overflow: 'wait' })
      const receiving = Array.from({ length: maxRequests + 10 }, () => client.receive('a'))
      await until(async () => (await engine.stats('a')).waitingReceives > 0)
      for (let i = 0; i < receiving.length; i++) await client.send('a', String(i))
      const received = (await Promise.all(receiving)).flat()
      await Promise.all(received.map(({ lease }) => client.ack(lease)))
      expect(texts(received).sort()).toEqual(receiving.map((_, i) => String(i)).sort())
    })
  })

  test('is of all queues together: those that wait at one keep back those that may wait at another', async () => {
    const { at, engine } = await serve({ limits: { maxRequests: 2 } })
    const [client, other] = [await connected(at), await connected(at)]
    await client.create('full', { capacity: 1, overflow: 'wait' })
    await client.create('free', { overflow: 'wait' })
    await client.create('empty')
    await client.send('full', '0')
    const sending = [client.send('full', '1'), client.send('full', '2')]
    const receiving = [client.receive('empty'), client.receive('empty')]
    await until(async () => (await engine.stats('full')).waitingSends === 2)
    await until(async () => (await engine.stats('empty')).waitingReceives === 2)
    const late = await rejection(client.send('free', 'a', { timeoutMs: 1 }))
    expect(late).toMatchObject({ code: 'timeout', message: expect.stringContaining('of all queues'), bodies: ['a'] })
    expect(await client.trySend('free', 'b')).toMatchObject({ outcome: 'sent' })
    await other.send('free', 'c')
    expect(await client.receive('free', { timeoutMs: 1 })).toEqual([])
    expect(texts(await client.receive('free', { timeoutMs: 0 }))).toEqual(['b'])
    expect(texts(await other.receive('free'))).toEqual(['c'])
    await client.purge('full')
    await engine.purge('full')
    await engine.sendMany('empty', [{ body: 'x' }, { body: 'y' }])
    await Promise.all([...sending, ...receiving])
  })

  test('has receives that wait keep back neither what is answered at once nor a send, however many they are', async () => {
    const { at, engine } = await serve({ limits: { maxRequests: 100 } })
    const client = await connected(at, { maxPending: 150 })
    await client.create('empty')
    await client.create('full', { capacity: 1, overflow: 'wait' })
    const receiving = Array.from({ length: 150 }, () => client.receive('empty', { leaseMs: 0 }))
    await until(async () => (await engine.stats('empty')).waitingReceives === 100)
    const sending = Array.from({ length: 150 }, (_, i) => client.send('full', String(i)))
    await until(async () => (await engine.stats('full')).waitingSends === 99)
    for (const [i, each] of sending.entries()) {
      const [message] = await client.receive('full', { timeoutMs: 0 })
      expect([message?.text(), await client.ack(message?.lease ?? '')]).toEqual([String(i), 'acked'])
      await each
    }
    await engine.sendMany(
      'empty',
      receiving.map(() => ({ body: '' })),
    )
    expect((await Promise.all(receiving)).flat()).toHaveLength(150)
  })

  test('counts what was to wait as such when its time is over before it is written', async () => {
    const { at } = await serve({ limits: { maxRequests: 1 } })
    const client = await connected(at)
    await client.create('empty')
    const timeoutMs = Number.MIN_VALUE
    expect(await Promise.all([client.list(), client.receive('empty', { timeoutMs })])).toEqual([['empty'], []])
  })

  test('of bytes: requests that wait keep back neither each other nor what is answered at once', async () => {
    const { at, engine } = await serve({ limits: { maxFrameBytes: 2 ** 11, maxRequestBytes: 2 ** 13 } })
    const client = await connected(at)
    await client.create('empty')
    await client.create('full', { capacity: 1, overflow: 'wait' })
    await client.send('full', '')
    const sending = Array.from({ length: 100 }, () => client.send('full', 'x'.repeat(2_000)))
    const receiving = Array.from({ length: 1_000 }, () => client.receive('empty', { leaseMs: 0 }))
    await until(async () => (await engine.stats('empty')).waitingReceives > 0)
    await until(async () => (await engine.stats('full')).waitingSends > 0)
    for (const each of sending) {
      const [message] = await client.receive('full', { timeoutMs: 0 })
      await client.ack(message?.lease ?? '')
      await each
    }
    for (const _ of receiving) await client.send('empty', '')
    expect((await Promise.all(receiving)).flat()).toHaveLength(1_000)
  })
})
