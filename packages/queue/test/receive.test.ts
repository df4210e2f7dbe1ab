import { getEventListeners } from 'node:events'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { openQueues } from '../src/index.ts'
import { now, opened, quiet, rejection, texts } from './support.ts'

afterEach(() => {
  vi.useRealTimers()
})

describe('receive', () => {
  test('gives messages in the order in which they came, or the highest priority first', async () => {
    const { queues } = await opened()
    await queues.create('fifo')
    await queues.create('priority', { order: 'priority' })
    const messages = [5, 1, 5, 9].map((priority, i) => ({ body: `${priority}${'abcd'[i]}`, priority }))
    for (const name of ['fifo', 'priority']) await queues.sendMany(name, messages)
    expect(texts(await queues.receive('fifo', { max: 9 }))).toEqual(['5a', '1b', '5c', '9d'])
    expect(texts(await queues.receive('priority', { max: 3 }))).toEqual(['9d', '5a', '5c'])
  })

  test('waits for a message, first come, first served, and takes nothing when it is aborted', async () => {
    const { queues } = await opened()
    await queues.create('a')
    const controller = new AbortController()
    const waiting = [
      rejection(queues.receive('a', { signal: controller.signal })),
      queues.receive('a', { max: 2 }).then(texts),
      queues.receive('a').then(texts),
    ]
    await quiet()
    expect((await queues.stats('a')).waitingReceives).toBe(3)
    controller.abort('enough')
    await queues.sendMany('a', [{ body: '1' }, { body: '2' }, { body: '3' }])
    expect(await Promise.all(waiting)).toEqual(['enough', ['1', '2'], ['3']])
    expect(getEventListeners(controller.signal, 'abort')).toEqual([])
  })

  test('gives nothing when its time is over, and does not wait with a time of 0', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const { queues } = await opened()
    await queues.create('a')
    expect(await queues.receive('a', now)).toEqual([])
    const waiting = queues.receive('a', { timeoutMs: 30 })
    await quiet()
    await vi.advanceTimersByTimeAsync(30)
    expect(await waiting).toEqual([])
    expect(vi.getTimerCount()).toBe(0)
  })

  test('without a lease takes messages for good, at most once', async () => {
    const { queues, clock } = await opened()
    await queues.create('a')
    await queues.send('a', '1')
    const [message] = await queues.receive('a', { leaseMs: 0 })
    expect(message?.lease).toBe('')
    clock.nowMs += 1e9
    expect(await queues.stats('a')).toMatchObject({ ready: 0, inFlight: 0, bytes: 0, acked: 1 })
  })

  test('waits while the queue is paused, though messages are there', async () => {
    const { queues } = await opened()
    await queues.create('a')
    await queues.send('a', '1')
    await queues.pause('a')
    expect(await queues.receive('a', now)).toEqual([])
    const waiting = queues.receive('a')
    await quiet()
    expect(await queues.stats('a')).toMatchObject({ isPaused: true, ready: 1, waitingReceives: 1 })
    await queues.resume('a')
    expect(texts(await waiting)).toEqual(['1'])
  })

  test('is served also when the event loop is late, whatever is called before its timer', async () => {
    const { queues, clock } = await opened()
    await queues.create('a', { leaseMs: 10 })
    await queues.send('a', '1', { delayMs: 1_000 })
    const [first, second] = [queues.receive('a'), queues.receive('a')]
    await quiet()
    clock.nowMs += 1_000
    const third = queues.receive('a')
    expect(texts(await first)).toEqual(['1'])
    clock.nowMs += 10
    await queues.stats('a')
    expect(await second).toMatchObject([{ deliveries: 2 }])
    clock.nowMs += 10
    await queues.peek('a')
    expect(await third).toMatchObject([{ deliveries: 3 }])
    await queues.close()
  })

  test('is served when a lease is over that was given out by a call that came late', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
    const queues = await openQueues({ path: ':memory:' })
    await queues.create('dead')
    await queues.create('a', { maxDeliveries: 3, deadLetterQueue: 'dead' })
    await queues.sendMany('a', [{ body: '1' }, { body: '2' }, { body: '3' }])
    for (let i = 0; i < 2; i++) for (const { lease } of await queues.receive('a')) await queues.nack(lease)
    for (const leaseMs of [31, 30, 3_000]) await queues.receive('a', { leaseMs })
    const waiting = [queues.receive('a', { leaseMs: 20 }), queues.receive('a', { leaseMs: 20 })]
    await quiet()
    await vi.advanceTimersByTimeAsync(60)
    expect((await Promise.all(waiting)).flatMap(texts)).toEqual(['2', '2'])
    await queues.close()
  })

  test('leaves no timer when nobody waits any more', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const { queues } = await opened()
    await queues.create('a')
    await queues.create('b')
    for (const name of ['a', 'b']) await queues.send(name, '1', { delayMs: 8_000 })
    const controller = new AbortController()
    const waiting = [
      queues.receive('a', { timeoutMs: 10 }),
      rejection(queues.receive('a', { signal: controller.signal })),
      rejection(queues.receive('b')),
    ]
    await quiet()
    await vi.advanceTimersByTimeAsync(10)
    controller.abort()
    await queues.delete('b')
    await Promise.all(waiting)
    expect(vi.getTimerCount()).toBe(0)
  })

  test('is woken when a delay or a lease is over', async () => {
    vi.useFakeTimers()
    const queues = await openQueues({ path: ':memory:' })
    await queues.create('a', { leaseMs: 40 })
    await queues.send('a', '1', { delayMs: 100 })
    const first = queues.receive('a')
    await vi.advanceTimersByTimeAsync(99)
    expect((await queues.stats('a')).inFlight).toBe(0)
    await vi.advanceTimersByTimeAsync(1)
    expect(texts(await first)).toEqual(['1'])
    const second = queues.receive('a')
    await vi.advanceTimersByTimeAsync(40)
    expect(await second).toMatchObject([{ deliveries: 2 }])
    expect(vi.getTimerCount()).toBe(0)
  })
})

describe('a lease', () => {
  test('that is over gives the message back to the front, and its holder is told that he is late', async () => {
    const { queues, clock } = await opened()
    await queues.create('a', { leaseMs: 10 })
    await queues.sendMany('a', [{ body: '1' }, { body: '2' }, { body: '3' }])
    const [first, second] = await queues.receive('a', { max: 2 })
    clock.nowMs += 10
    expect([await queues.ack(first?.lease ?? ''), await queues.extend(second?.lease ?? '', 5)]).toEqual([
      'requeued',
      'requeued',
    ])
    const again = await queues.receive('a', { max: 9 })
    expect(again.map(({ deliveries }) => deliveries)).toEqual([2, 2, 1])
    expect(texts(again)).toEqual(['1', '2', '3'])
    expect(await queues.nack(first?.lease ?? '')).toBe('requeued')
    expect(await queues.ack(again[0]?.lease ?? '')).toBe('acked')
    expect([await queues.ack(again[0]?.lease ?? ''), await queues.ack(first?.lease ?? '')]).toEqual([
      'missing',
      'missing',
    ])
    expect(await queues.stats('a')).toMatchObject({ inFlight: 2, acked: 1, returned: 2 })
  })

  test('can be made longer', async () => {
    const { queues, clock } = await opened()
    await queues.create('a')
    await queues.send('a', '1')
    const [message] = await queues.receive('a', { leaseMs: 10 })
    clock.nowMs += 9
    expect(await queues.extend(message?.lease ?? '', 100)).toBe('held')
    clock.nowMs += 99
    expect(await queues.ack(message?.lease ?? '')).toBe('acked')
  })

  test('that is given up puts the message in front, at once or after a delay', async () => {
    const { queues, clock } = await opened()
    await queues.create('a')
    await queues.sendMany('a', [{ body: '1' }, { body: '2' }])
    const [message] = await queues.receive('a')
    expect(await queues.nack(message?.lease ?? '', { delayMs: 10 })).toBe('held')
    expect((await queues.stats('a')).delayed).toBe(1)
    clock.nowMs += 10
    expect(texts(await queues.receive('a', { max: 2 }))).toEqual(['1', '2'])
  })

  test('is refused when it is none', async () => {
    const { queues } = await opened()
    await queues.create('a')
    await queues.send('a', '1')
    const [{ lease = '' } = {}] = await queues.receive('a')
    for (const wrong of ['', '1', `${lease}.1`, `${lease} `, 'a.b', 7]) {
      expect(await rejection(queues.ack(wrong as string))).toBeInstanceOf(TypeError)
    }
    expect(await queues.ack(lease)).toBe('acked')
  })
})

describe('a message', () => {
  test('costs no room for those that were before and behind it, and are gone', async () => {
    const { queues, clock } = await opened()
    await queues.create('a', { capacity: 10 })
    await queues.send('a', 'stays')
    for (let i = 0; i < 20_000; i++) {
      await queues.send('a', String(i), { ttlMs: 1 })
      clock.nowMs += 1
    }
    const began = performance.now()
    for (let i = 0; i < 200; i++) expect(texts(await queues.peek('a', { max: 9 }))).toEqual(['stays'])
    expect(performance.now() - began).toBeLessThan(200)
    await queues.sendMany('a', [{ body: '1' }, { body: '2' }])
    expect(texts(await queues.receive('a', { max: 9 }))).toEqual(['stays', '1', '2'])
  })

  test('that was delivered too often is in the dead-letter queue once, however full that is, and can be sent back', async () => {
    const { queues, clock } = await opened()
    await queues.create('dead', { capacity: 1 })
    await queues.create('a', { leaseMs: 10, maxDeliveries: 2, deadLetterQueue: 'dead' })
    await queues.send('dead', 'before')
    await queues.send('a', 'poison', { headers: { kind: 'x' } })
    const [message] = await queues.receive('a')
    await queues.nack(message?.lease ?? '')
    await queues.receive('a')
    const waiting = queues.receive('a', { timeoutMs: 1_000 })
    clock.nowMs += 10
    expect(await queues.stats('a')).toMatchObject({ ready: 0, inFlight: 0, dead: 1, returned: 1 })
    expect(texts(await queues.peek('dead', { max: 9 }))).toEqual(['before', 'poison'])
    expect(await queues.redrive('dead')).toBe(1)
    expect(await waiting).toMatchObject([{ deliveries: 1, headers: { kind: 'x' } }])
    // What was sent there by somebody comes from nowhere.
    expect(texts(await queues.peek('dead', { max: 9 }))).toEqual(['before'])
  })

  test('is in the dead-letter queue when its time has come, whoever looks', async () => {
    const { queues, clock } = await opened()
    await queues.create('dead 2')
    await queues.create('dead', { maxDeliveries: 1, deadLetterQueue: 'dead 2', leaseMs: 5 })
    await queues.create('a', { leaseMs: 20, maxDeliveries: 1, deadLetterQueue: 'dead' })
    await queues.send('a', 'x')
    await queues.receive('a')
    clock.nowMs += 20
    expect(texts(await queues.receive('dead', now))).toEqual(['x'])
    clock.nowMs += 5
    expect((await queues.stats('dead 2')).ready).toBe(1)
  })

  test('finds its way home through several dead-letter queues, past others that cannot', async () => {
    const { queues } = await opened()
    await queues.create('dead 2')
    await queues.create('dead 1', { maxDeliveries: 1, deadLetterQueue: 'dead 2' })
    await queues.create('a', { maxDeliveries: 1, deadLetterQueue: 'dead 1' })
    await queues.create('gone', { maxDeliveries: 1, deadLetterQueue: 'dead 1' })
    for (const name of ['gone', 'a', 'dead 1']) {
      await queues.send(name === 'dead 1' ? 'a' : name, name)
      for (const { lease } of await queues.receive(name)) await queues.nack(lease)
    }
    await queues.delete('gone')
    // Of the three in it one went on, to the second one.
    expect(texts(await queues.peek('dead 2'))).toEqual(['gone'])
    for (const { lease } of await queues.receive('dead 1')) await queues.nack(lease)
    expect(texts(await queues.peek('dead 2', { max: 9 }))).toEqual(['gone', 'a'])
    expect(await queues.redrive('dead 2', { max: 2 })).toBe(2)
    expect(texts(await queues.peek('dead 1', { max: 9 }))).toEqual(['gone', 'a'])
    expect(await queues.redrive('dead 1', { max: 1 })).toBe(1)
    expect(texts(await queues.peek('a', { max: 9 }))).toContain('a')
    expect(texts(await queues.peek('dead 1', { max: 9 }))).toEqual(['gone'])
  })

  test('that was never received in its time to live is dropped, wherever it is, and makes room; one that was comes back', async () => {
    const { queues, clock } = await opened()
    await queues.create('a', { ttlMs: 100, capacity: 3 })
    await queues.sendMany('a', [
      { body: '1', ttlMs: 1_000 },
      { body: '2', ttlMs: 50 },
      { body: '3', delayMs: 80, ttlMs: 40 },
    ])
    const [message] = await queues.receive('a', { leaseMs: 200 })
    clock.nowMs += 50
    expect(await queues.stats('a')).toMatchObject({ expired: 1, ready: 0, delayed: 1, inFlight: 1 })
    await queues.send('a', '4', { ttlMs: 5_000 })
    clock.nowMs += 40
    expect(texts(await queues.peek('a', { max: 9 }))).toEqual(['4', '3'])
    clock.nowMs += 30
    expect(texts(await queues.peek('a', { max: 9 }))).toEqual(['4'])
    await queues.nack(message?.lease ?? '')
    clock.nowMs += 2_000
    expect(texts(await queues.receive('a', { max: 9 }))).toEqual(['1', '4'])
  })

  test('that is purged is gone, but not while it is in flight', async () => {
    const { queues } = await opened()
    await queues.create('a')
    await queues.sendMany('a', [{ body: '1' }, { body: '2' }, { body: '3', delayMs: 5 }])
    const [message] = await queues.receive('a')
    expect(await queues.purge('a')).toBe(2)
    expect(await queues.stats('a')).toMatchObject({ ready: 0, delayed: 0, inFlight: 1, purged: 2 })
    expect(await queues.ack(message?.lease ?? '')).toBe('acked')
    expect((await queues.stats('a')).bytes).toBe(0)
  })
})
