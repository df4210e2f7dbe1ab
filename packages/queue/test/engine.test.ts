import { getEventListeners } from 'node:events'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { QueueError } from '../src/index.ts'
import { now, opened, quiet, rejection, texts } from './support.ts'

afterEach(() => {
  vi.useRealTimers()
})

describe('create, list and delete', () => {
  test('create makes a queue once, and refuses other options', async () => {
    const { queues } = await opened()
    expect(await queues.create('a', { leaseMs: 5 })).toBe(true)
    expect(await queues.create('a', { leaseMs: 5 })).toBe(false)
    expect(await rejection(queues.create('a'))).toMatchObject({ code: 'conflict' })
    await queues.create('b')
    expect(await queues.list()).toEqual(['a', 'b'])
  })

  test('delete tells what was there, and refuses while messages are in flight, unless forced', async () => {
    const { queues } = await opened()
    await queues.create('a')
    await queues.sendMany('a', [{ body: '1' }, { body: '2' }, { body: '3', delayMs: 9 }])
    const [message] = await queues.receive('a')
    expect(await rejection(queues.delete('a'))).toMatchObject({ code: 'in-flight' })
    expect(await queues.delete('a', { force: true })).toEqual({ ready: 1, delayed: 1, inFlight: 1 })
    expect(await queues.ack(message?.lease ?? '')).toBe('missing')
    expect(await rejection(queues.send('a', 'x'))).toMatchObject({ code: 'missing' })
    await queues.create('a')
    expect(await queues.ack(message?.lease ?? '')).toBe('missing')
  })

  test('a dead-letter queue has to be there, and cannot be deleted while it is one', async () => {
    const { queues } = await opened()
    expect(await rejection(queues.create('a', { maxDeliveries: 1, deadLetterQueue: 'dead' }))).toMatchObject({
      code: 'missing',
    })
    await queues.create('dead')
    await queues.create('a', { maxDeliveries: 1, deadLetterQueue: 'dead' })
    expect(await rejection(queues.delete('dead'))).toMatchObject({ code: 'conflict' })
  })
})

describe('send', () => {
  test('keeps what is sent as it was, whatever becomes of the buffer', async () => {
    const { queues } = await opened()
    await queues.create('a')
    const body = new Uint8Array([1, 2, 3])
    await queues.send('a', body, { headers: { kind: 'x' }, priority: 3 })
    body.fill(0)
    const [peeked] = await queues.peek('a')
    peeked?.body.fill(0)
    const [message] = await queues.receive('a')
    expect(message).toMatchObject({ headers: { kind: 'x' }, priority: 3, deliveries: 1, enqueuedAtMs: 1_000 })
    expect([...(message?.body ?? [])]).toEqual([1, 2, 3])
    message?.body.fill(0)
    await queues.nack(message?.lease ?? '')
    expect([...((await queues.receive('a'))[0]?.body ?? [])]).toEqual([1, 2, 3])
    const view = Buffer.from('view')
    await queues.send('a', view)
    view.fill(0)
    await queues.send('a', '\ufefftea ☕ ')
    expect(texts(await queues.receive('a', { max: 2 }))).toEqual(['view', '\ufefftea ☕ '])
  })

  test('to a full queue rejects with the body, or trySend answers; many are all taken, or none', async () => {
    const { queues } = await opened()
    await queues.create('a', { capacity: 2 })
    expect(await queues.trySend('a', '1')).toEqual({ outcome: 'sent', id: '1' })
    const error = (await rejection(queues.sendMany('a', [{ body: '2' }, { body: '3' }]))) as QueueError
    expect(error).toBeInstanceOf(QueueError)
    expect([error.code, error.bodies]).toEqual(['full', ['2', '3']])
    await queues.send('a', '2')
    expect(await queues.trySend('a', '3')).toEqual({ outcome: 'full' })
    expect((await queues.stats('a')).sent).toBe(2)
  })

  test('is full by bytes, too, but takes a single message that is larger than all it may have', async () => {
    const { queues } = await opened()
    await queues.create('a', { capacityBytes: 10 })
    await queues.send('a', 'x'.repeat(99))
    expect(await queues.trySend('a', 'y')).toEqual({ outcome: 'full' })
    await queues.receive('a', { leaseMs: 0 })
    await queues.send('a', 'x'.repeat(6), { headers: { a: 'b' } })
    expect(await queues.trySend('a', 'yyy')).toEqual({ outcome: 'full' })
    expect(await queues.trySend('a', 'yy')).toMatchObject({ outcome: 'sent' })
  })

  test('waits for room in a queue that is to, first come, first served, until its time is over or its signal aborts', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const { queues } = await opened()
    await queues.create('a', { capacity: 1, overflow: 'wait' })
    await queues.send('a', '1')
    const controller = new AbortController()
    const aborted = rejection(queues.send('a', '2', { signal: controller.signal }))
    const timedOut = rejection(queues.send('a', '3', { timeoutMs: 50 }))
    const waiting = [queues.send('a', '4'), queues.send('a', '5')]
    await quiet()
    expect(await queues.trySend('a', 'late')).toEqual({ outcome: 'full' })
    controller.abort(new Error('enough'))
    expect(await aborted).toEqual(new Error('enough'))
    expect(getEventListeners(controller.signal, 'abort')).toEqual([])
    await vi.advanceTimersByTimeAsync(50)
    expect(await timedOut).toMatchObject({ code: 'timeout', bodies: [expect.anything()] })
    expect((await queues.stats('a')).waitingSends).toBe(2)
    const got: string[] = []
    for (let i = 0; i < 3; i++) got.push(...texts(await queues.receive('a', { leaseMs: 0 })))
    expect(got).toEqual(['1', '4', '5'])
    await Promise.all(waiting)
    expect(vi.getTimerCount()).toBe(0)
  })

  test('serves the next one who waits for room when the first has left, and refuses at once what can never fit', async () => {
    const { queues } = await opened()
    await queues.create('a', { capacity: 2, overflow: 'wait' })
    await queues.send('a', '1')
    const controller = new AbortController()
    const many = rejection(queues.sendMany('a', [{ body: '2' }, { body: '3' }], { signal: controller.signal }))
    const one = queues.send('a', '4')
    await quiet()
    controller.abort('enough')
    expect(await many).toBe('enough')
    expect(await one).toBe('2')
    expect(await rejection(queues.sendMany('a', [{ body: '5' }, { body: '6' }, { body: '7' }]))).toMatchObject({
      code: 'full',
      message: 'queue a can never hold 3 messages',
    })
  })

  test('of a known dedup key needs no room, and does not wait behind those who do', async () => {
    const { queues } = await opened()
    await queues.create('a', { capacity: 1, overflow: 'wait' })
    const key = { dedupKey: 'k' }
    expect(
      await queues.sendMany('a', [
        { body: '1', ...key },
        { body: '1', ...key },
      ]),
    ).toEqual(['1', '1'])
    const waiting = queues.send('a', '2')
    await quiet()
    expect(await queues.send('a', '1', key)).toBe('1')
    await queues.receive('a', { leaseMs: 0 })
    await waiting
  })

  test('of keys that are forgotten while it waits is refused if it can never fit any more; without a window keys mean nothing', async () => {
    const { queues, clock } = await opened()
    await queues.create('a', { capacity: 2, dedupMs: 10, overflow: 'wait', leaseMs: 0 })
    await queues.send('a', 'k', { dedupKey: 'k' })
    await queues.send('a', 'f')
    const batch = rejection(queues.sendMany('a', [{ body: 'k', dedupKey: 'k' }, { body: '1' }, { body: '2' }]))
    const one = queues.send('a', 'small')
    await quiet()
    clock.nowMs += 20
    await queues.stats('a')
    expect(await batch).toMatchObject({ code: 'full', bodies: ['k', '1', '2'] })
    await queues.receive('a', { max: 10 })
    await one
    await queues.create('b', { capacity: 1, dedupMs: 0 })
    const same = ['x', 'y'].map((body) => ({ body, dedupKey: 'k' }))
    expect(await rejection(queues.sendMany('b', same))).toMatchObject({ code: 'full', bodies: ['x', 'y'] })
  })

  test('of a known dedup key gives the id of the first, also when that is gone, until it is forgotten', async () => {
    const { queues, clock } = await opened()
    await queues.create('a', { dedupMs: 100 })
    const id = await queues.send('a', '1', { dedupKey: 'k' })
    await queues.receive('a', { leaseMs: 0 })
    expect(await queues.send('a', '2', { dedupKey: 'k' })).toBe(id)
    expect(await queues.receive('a', now)).toEqual([])
    expect((await queues.stats('a')).duplicates).toBe(1)
    clock.nowMs += 100
    expect(await queues.send('a', '3', { dedupKey: 'k' })).not.toBe(id)
  })
})

describe('close', () => {
  test('ends all waits, and nothing works afterwards', async () => {
    const { queues } = await opened()
    await queues.create('a', { capacity: 1, overflow: 'wait' })
    const receiving = rejection(queues.receive('a'))
    await quiet()
    await queues.close()
    await queues[Symbol.asyncDispose]()
    expect(await receiving).toMatchObject({ code: 'closed' })
    for (const call of [queues.send('a', 'x'), queues.list(), queues.ack('1.1.1.1'), queues.create('b')]) {
      expect(await rejection(call)).toMatchObject({ code: 'closed' })
    }
  })
})
