import { openQueues } from '@millrace/queue'
import { describe, expect, test } from 'vitest'
import { greeted, received, serve } from './support.ts'

describe('a server', () => {
  test('does what is asked for, and answers', async () => {
    const { at } = await serve()
    const peer = await greeted(at)
    expect(await peer.ask({ kind: 'create', name: 'q', options: { leaseMs: Number.POSITIVE_INFINITY } })).toEqual({
      kind: 'value',
      value: true,
    })
    expect(await peer.ask({ kind: 'list' })).toEqual({ kind: 'value', value: ['q'] })
    await peer.ask({ kind: 'send', name: 'q', message: { body: 'tea', headers: { a: 'b' } } })
    const [tea] = await received(peer, 'q')
    expect(tea?.text()).toBe('tea')
    expect(await peer.ask({ kind: 'extend', lease: tea?.lease ?? '', ms: 60_000 })).toEqual({
      kind: 'outcome',
      outcome: 'held',
    })
    expect(await peer.ask({ kind: 'ack', lease: tea?.lease ?? '' })).toEqual({ kind: 'outcome', outcome: 'acked' })
    expect(await peer.ask({ kind: 'stats', name: 'q' })).toMatchObject({
      value: { sent: 1, acked: 1, leaseMs: Number.POSITIVE_INFINITY, durability: 'memory' },
    })
  })

  test('serves an engine that gives plain values, too', async () => {
    const queues = await openQueues({ path: ':memory:' })
    const engine = new Proxy(queues, {
      get: (of, name) => (name === 'ack' ? () => 'acked' : Reflect.get(of, name)),
    })
    const { at } = await serve({}, engine)
    const peer = await greeted(at)
    expect(await peer.ask({ kind: 'ack', lease: '1' })).toEqual({ kind: 'outcome', outcome: 'acked' })
  })

  test('answers with errors of the same class', async () => {
    const { at } = await serve()
    const peer = await greeted(at)
    const missing = await peer.ask({ kind: 'pause', name: 'nowhere' })
    expect(missing).toMatchObject({ kind: 'failure', error: { name: 'QueueError', code: 'missing' } })
    const misuse = await peer.ask({ kind: 'create', name: 'q', options: { capacity: 0 } })
    expect(misuse.kind === 'failure' && misuse.error).toBeInstanceOf(RangeError)
    const lease = await peer.ask({ kind: 'ack', lease: 'tea' })
    expect(lease.kind === 'failure' && lease.error).toBeInstanceOf(TypeError)
  })
})
