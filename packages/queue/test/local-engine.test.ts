import { afterEach, describe, expect, test, vi } from 'vitest'
import { receiveAgain, receiveLent, sendManyServed, sendServed } from '../src/engine.ts'
import { openQueues, type QueueEngine } from '../src/index.ts'
import { opened, quiet, rejection, texts } from './support.ts'

afterEach(() => {
  vi.useRealTimers()
})

describe('an engine in this process', () => {
  test('knows no lease of another, though both have a message of that number', async () => {
    const [first, second] = await Promise.all([opened(), opened()])
    for (const { queues } of [first, second]) {
      await queues.create('a')
      await queues.send('a', 'x')
    }
    const [message] = await first.queues.receive('a')
    const lease = message?.lease ?? ''
    expect([await second.queues.ack(lease), await second.queues.ackMany([lease])]).toEqual(['missing', ['missing']])
    expect([await second.queues.nack(lease), await second.queues.extend(lease, 5)]).toEqual(['missing', 'missing'])
    expect(await first.queues.ack(lease)).toBe('acked')
  })

  test('serves receives also when the event loop is late, whatever is called before its timer', async () => {
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

  test('serves receives when a lease is over that was given out by a call that came late', async () => {
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

  test.each(['reject', 'wait'] as const)('tries once, as things are then: overflow %s', async (overflow) => {
    const clock = { nowMs: 1_000, stepMs: 0, now: () => (clock.nowMs += clock.stepMs) }
    const queues = await openQueues({ path: ':memory:', clock })
    await queues.create('a', { capacity: 1, overflow, dedupMs: 10 })
    await queues.send('a', '1', { dedupKey: 'k' })
    // Known at the first look, forgotten at a second one.
    Object.assign(clock, { nowMs: 1_009.5, stepMs: 0.3 })
    expect(await queues.trySend('a', '2', { dedupKey: 'k' })).toEqual({ outcome: 'sent', id: '1' })
    clock.stepMs = 1
    expect(await queues.trySend('a', '3', { dedupKey: 'k' })).toEqual({ outcome: 'full' })
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

  test('wakes a receive when a delay or a lease is over', async () => {
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

  test('leaves no timer when a send no longer waits for room', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const { queues } = await opened()
    await queues.create('a', { capacity: 1, overflow: 'wait' })
    await queues.send('a', '1', { dedupKey: 'k' })
    const late = rejection(queues.send('a', '2', { timeoutMs: 50 }))
    const served = queues.send('a', '3', { timeoutMs: 90 })
    await quiet()
    await vi.advanceTimersByTimeAsync(50)
    expect(await late).toMatchObject({ code: 'timeout', message: 'queue a had no room in 50 ms' })
    await queues.receive('a', { leaseMs: 0 })
    await served
    expect(vi.getTimerCount()).toBe(0)
  })

  test('lets no send in where one leaves that waited in front of it, if it leaves for the same reason', async () => {
    const { queues } = await opened()
    await queues.create('a', { capacityBytes: 10, overflow: 'wait' })
    await queues.send('a', '12345')
    const ends = new AbortController()
    const { signal } = ends
    const leaving = ['123456', '1', '2'].map((body) => rejection(queues.send('a', body, { signal })))
    const staying = queues.send('a', '3')
    await quiet()
    ends.abort(new Error('enough'))
    expect(await Promise.all(leaving)).toEqual(Array(3).fill(signal.reason))
    await staying
    expect(texts(await queues.peek('a', { max: 9 }))).toEqual(['12345', '3'])
  })

  test('refuses a lease that is none', async () => {
    const { queues } = await opened()
    await queues.create('a')
    await queues.send('a', '1')
    const [{ lease = '' } = {}] = await queues.receive('a')
    const near = [
      `${lease}.`,
      `.${lease}`,
      `${lease}.1`,
      `${lease} `,
      lease.replace('.', '..'),
      `${lease}${'9'.repeat(16)}`,
    ]
    for (const wrong of ['', '1', '1.2.3', '1.2.3.', '1.2.3.１', 'a.b', ...near, 7]) {
      expect(await rejection(queues.ack(wrong as string))).toBeInstanceOf(TypeError)
    }
    expect(await queues.ack(lease)).toBe('acked')
  })
})

describe('bodies that are lent', () => {
  test('are what was sent, without a copy, and come as ever', async () => {
    const { queues } = await opened()
    await queues.create('a')
    await queues.sendMany('a', [{ body: '1' }, { body: '2' }])
    const [first, second] = await receiveLent(queues, 'a', { max: 2 }, () => {})
    expect([first?.text(), second?.text()]).toEqual(['1', '2'])
    expect(second?.body.buffer).toBe(first?.body.buffer)
    const later = receiveLent(queues, 'a', {}, () => {})
    await queues.send('a', '3')
    expect(texts(await later)).toEqual(['3'])
    expect(await queues.ack(first?.lease ?? '')).toBe('acked')
    await queues.close()
  })

  test.each(['itself', 'one that wraps it'])(
    'are waited for until somebody ends that, with a reason: an engine, %s',
    async (which) => {
      const { queues } = await opened()
      await queues.create('a')
      const engine =
        which === 'itself' ? queues : new Proxy(queues, { get: (of, name) => Reflect.get(of, name).bind(of) })
      const ends: ((reason: unknown) => void)[] = []
      const waits = [1, 2].map(() => receiveLent(engine, 'a', {}, (cancel) => ends.push(cancel)))
      await quiet()
      expect((await queues.stats('a')).waitingReceives).toBe(2)
      ends[0]?.('enough')
      expect(await rejection(waits[0] as Promise<unknown>)).toBe('enough')
      await queues.send('a', '1')
      expect(texts((await waits[1]) ?? [])).toEqual(['1'])
      ends[1]?.('too late')
      expect(await queues.stats('a')).toMatchObject({ waitingReceives: 0, inFlight: 1 })
      await queues.close()
    },
  )

  test('come from an engine whose way to receive was replaced by that', async () => {
    const { queues } = await opened()
    await queues.create('a')
    await queues.send('a', '1')
    queues.receive = async () => []
    expect(await receiveLent(queues, 'a', { timeoutMs: 0 }, () => {})).toEqual([])
    await queues.close()
  })

  test('come from who wraps an engine by its own way to receive', async () => {
    const { queues } = await opened()
    await queues.create('a')
    await queues.send('a', '1')
    const wrapped = new Proxy(queues, {
      get: (engine, name) => (name === 'receive' ? async () => [] : Reflect.get(engine, name)),
    })
    expect(await receiveLent(wrapped, 'a', { timeoutMs: 0 }, () => {})).toEqual([])
    await queues.close()
  })
})

describe('a receive that is asked again', () => {
  test.each(['itself', 'one that wraps it'])(
    'is refused where it gives no lease, and is any other elsewhere: an engine, %s',
    async (which) => {
      const { queues } = await opened()
      await queues.create('a')
      await queues.create('b', { leaseMs: 0 })
      const engine =
        which === 'itself' ? queues : new Proxy(queues, { get: (of, name) => Reflect.get(of, name).bind(of) })
      for (const name of ['a', 'b']) await queues.sendMany(name, [{ body: '1' }, { body: '2' }])
      expect(await rejection(receiveAgain(engine, 'b', {}, () => {}))).toMatchObject({ code: 'unknown' })
      expect(await rejection(receiveAgain(engine, 'a', { leaseMs: 0 }, () => {}))).toMatchObject({ code: 'unknown' })
      for (const name of ['a', 'b']) expect(await queues.stats(name)).toMatchObject({ ready: 2, delivered: 0 })
      const [first] = await receiveAgain(engine, 'a', {}, () => {})
      const [second] = await receiveAgain(engine, 'b', { leaseMs: 9 }, () => {})
      expect([first?.lease === '', second?.lease === '']).toEqual([false, false])
      await queues.close()
    },
  )

  test('has the lease that the queue gave when it was asked for it', async () => {
    const stats = async () => ({ leaseMs: 9 })
    const receive = async (...given: unknown[]) => [given[1]]
    const engine = { stats, receive } as unknown as QueueEngine
    expect(await receiveAgain(engine, 'a', { timeoutMs: 0 }, () => {})).toMatchObject([{ leaseMs: 9 }])
  })
})

describe('sends for somebody else', () => {
  test.each(['itself', 'one that wraps it'])(
    'wait until somebody ends that, with a reason: an engine, %s',
    async (which) => {
      const { queues } = await opened()
      await queues.create('a', { capacity: 1, overflow: 'wait' })
      const engine =
        which === 'itself' ? queues : new Proxy(queues, { get: (of, name) => Reflect.get(of, name).bind(of) })
      await sendServed(engine, 'a', '1', { timeoutMs: 0 }, () => {})
      const ends: ((reason: unknown) => void)[] = []
      const onWait = (cancel: (reason: unknown) => void): void => void ends.push(cancel)
      const first = sendServed(engine, 'a', '2', {}, onWait)
      const second = sendManyServed(engine, 'a', [{ body: '3' }], {}, onWait)
      const third = sendServed(engine, 'a', '4', {}, onWait)
      await quiet()
      expect((await queues.stats('a')).waitingSends).toBe(3)
      ends[0]?.('enough')
      expect(await rejection(first)).toBe('enough')
      expect(texts(await queues.receive('a', { leaseMs: 0 }))).toEqual(['1'])
      expect((await second).length).toBe(1)
      ends[1]?.('too late')
      ends[2]?.('enough')
      expect(await rejection(third)).toBe('enough')
      expect(await queues.stats('a')).toMatchObject({ waitingSends: 0, ready: 1 })
      await queues.close()
    },
  )
})

describe('the event loop', () => {
  const loops: [string, (queues: QueueEngine, lease: string) => Promise<unknown>][] = [
    [
      'send, receive, ack',
      async (queues) => {
        await queues.send('a', 'x')
        const [message] = await queues.receive('a', { max: 1 })
        await queues.ack(message?.lease ?? '')
      },
    ],
    ['trySend', (queues) => queues.trySend('a', 'x')],
    ['receive nothing', (queues) => queues.receive('empty', { timeoutMs: 0 })],
    ['extend', (queues, lease) => queues.extend(lease, 1_000)],
    ['ackMany', (queues) => queues.ackMany([])],
    ['stats', (queues) => queues.stats('a')],
    ['peek', (queues) => queues.peek('a')],
    ['list', (queues) => queues.list()],
    ['create', (queues) => queues.create('a')],
  ]
  test.each(loops)('has its turn while somebody loops on what is there at once: %s', async (_, step) => {
    const queues = await openQueues({ path: ':memory:' })
    await queues.create('a')
    await queues.create('empty')
    await queues.send('a', 'first')
    const [message] = await queues.receive('a')
    let ticks = 0
    const ticking = setInterval(() => ticks++, 10)
    const endMs = performance.now() + 15_000
    while (performance.now() < endMs && ticks < 3) await step(queues, message?.lease ?? '')
    clearInterval(ticking)
    expect(ticks).toBeGreaterThanOrEqual(3)
  })
})
