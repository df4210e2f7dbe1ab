import { connect } from 'node:net'
import { openQueues, QueueError } from '@millrace/queue'
import { describe, expect, test } from 'vitest'
import { greeted, Peer, rawPeer, serve, slowEngine, until } from './support.ts'

describe('close', () => {
  test('answers requests under way, then ends their connections', async () => {
    const { engine, letGo } = await slowEngine('ack')
    const { at, server } = await serve({}, engine)
    await engine.create('q')
    await engine.send('q', 'tea')
    const [tea] = await engine.receive('q')
    const peer = await greeted(at)
    const ack = peer.request({ kind: 'ack', lease: tea?.lease ?? '' })
    await until(() => server.stats().pending === 1)
    const closed = server.close({ timeoutMs: 60_000 })
    expect(await peer.goodbye()).toMatchObject({ code: 'unreachable', message: 'the server is closing' })
    expect(await peer.ask({ kind: 'list' })).toMatchObject({ kind: 'failure', error: { code: 'unreachable' } })
    letGo()
    expect(await peer.answer(ack)).toEqual({ kind: 'outcome', outcome: 'acked' })
    await closed
    await peer.closed
    expect(server.stats()).toMatchObject({ connections: 0, cut: { closing: 0 } })
  })

  test('ends what waits without an effect', async () => {
    const { at, engine, server } = await serve()
    await engine.create('q', { capacity: 1, overflow: 'wait' })
    const peer = await greeted(at)
    const receive = peer.request({ kind: 'receive', name: 'q', max: 1 })
    await until(async () => (await engine.stats('q')).waitingReceives === 1)
    await engine.create('full', { capacity: 1, overflow: 'wait' })
    await engine.send('full', 'first')
    const send = peer.request({ kind: 'send', name: 'full', message: { body: 'second' } })
    await until(async () => (await engine.stats('full')).waitingSends === 1)
    await server.close({ timeoutMs: 60_000 })
    expect(await peer.answer(receive)).toMatchObject({ kind: 'failure', error: { code: 'unreachable' } })
    expect(await peer.answer(send)).toMatchObject({ kind: 'failure', error: { code: 'unreachable' } })
    expect(await engine.stats('q')).toMatchObject({ waitingReceives: 0 })
    expect(await engine.stats('full')).toMatchObject({ waitingSends: 0, ready: 1 })
  })

  test('lets no send in where one of another connection leaves that waited in front of it', async () => {
    const { at, engine, server } = await serve()
    await engine.create('q', { capacityBytes: 10, overflow: 'wait' })
    await engine.send('q', '12345')
    const peers = [await greeted(at), await greeted(at)]
    for (const [index, body] of ['123456', '1', '2'].entries()) {
      peers[index % 2]?.request({ kind: 'send', name: 'q', message: { body } })
      await until(async () => (await engine.stats('q')).waitingSends === index + 1)
    }
    await server.close({ timeoutMs: 60_000 })
    expect(await engine.stats('q')).toMatchObject({ sent: 1, waitingSends: 0 })
  })

  test('cuts those that have not ended in time', async () => {
    const { engine } = await slowEngine('list')
    const { at, server } = await serve({}, engine)
    const peer = await greeted(at)
    peer.request({ kind: 'list' })
    await until(() => server.stats().pending === 1)
    await server.close({ timeoutMs: 20 })
    await peer.closed
    expect(server.stats()).toMatchObject({ connections: 0, cut: { closing: 1 } })
  })

  test('does not wait for who has not greeted', async () => {
    const { at, server } = await serve()
    const peer = new Peer(await rawPeer(at))
    await until(() => server.stats().connections === 1)
    await server.close({ timeoutMs: 60_000 })
    expect(await peer.goodbye()).toMatchObject({ code: 'unreachable' })
  })

  test('accepts nobody any more, and is the same for all who call it', async () => {
    const { at, server } = await serve()
    await Promise.all([server.close(), server.close({ timeoutMs: 1 })])
    const socket = connect(at.port, at.host)
    await new Promise((resolve) => socket.on('error', resolve))
    await expect(server.listen({ port: 0 })).rejects.toMatchObject({ code: 'closed' })
    await expect(server.close({ timeoutMs: -1 })).rejects.toThrow(RangeError)
  })

  test('leaves the engine open, with what the clients did', async () => {
    const { at, engine, server } = await serve()
    await engine.create('q')
    await (await greeted(at)).ask({ kind: 'send', name: 'q', message: { body: 'tea' } })
    await server.close()
    expect(await engine.stats('q')).toMatchObject({ ready: 1 })
  })
})

describe('an engine that fails', () => {
  test('is told to the owner of the server, and to the client as unknown', async () => {
    const engine = await openQueues({ path: ':memory:' })
    engine.list = () => Promise.reject(new Error('no such table: queues'))
    const errors: unknown[] = []
    const { at, server } = await serve({ onError: (error) => errors.push(error) }, engine)
    const peer = await greeted(at)
    expect(await peer.ask({ kind: 'list' })).toMatchObject({
      error: { code: 'unknown', message: expect.not.stringContaining('table') },
    })
    expect(errors).toMatchObject([{ message: 'no such table: queues' }])
    expect(server.stats().failures.unknown).toBe(1)
  })

  test('since its disk did is told to the owner once', async () => {
    const engine = await openQueues({ path: ':memory:' })
    engine.send = () => Promise.reject(new QueueError('read-only', 'nothing can be changed since the disk failed'))
    const errors: unknown[] = []
    const { at, server } = await serve({ onError: (error) => errors.push(error) }, engine)
    const peer = await greeted(at)
    for (let times = 0; times < 3; times++) {
      const answer = await peer.ask({ kind: 'send', name: 'a', message: { body: 'x' } })
      expect(answer).toMatchObject({ error: { code: 'read-only' } })
    }
    expect([errors.length, errors[0], server.stats().failures['read-only']]).toMatchObject([
      1,
      { code: 'read-only' },
      3,
    ])
  })
})
