import { describe, expect, test } from 'vitest'
import { greeted, serve, slowEngine, until } from './support.ts'

describe('cancel', () => {
  test('ends a receive that waits, and takes nothing', async () => {
    const { at, engine, server } = await serve()
    await engine.create('q')
    const peer = await greeted(at)
    const waiting = peer.request({ kind: 'receive', name: 'q', max: 1 })
    await until(async () => (await engine.stats('q')).waitingReceives === 1)
    peer.say((encoder) => encoder.cancel(waiting))
    expect(await peer.answer(waiting)).toEqual({ kind: 'cancelled' })
    expect(await engine.stats('q')).toMatchObject({ waitingReceives: 0 })
    expect(server.stats()).toMatchObject({ cancelled: 1, pending: 0 })
    await engine.send('q', 'tea')
    expect(await engine.stats('q')).toMatchObject({ ready: 1 })
  })

  test('ends a receive that came in the same packet', async () => {
    const { at, engine } = await serve()
    await engine.create('q')
    const peer = await greeted(at)
    peer.say((encoder) => {
      encoder.request(1, { kind: 'receive', name: 'q', max: 1 })
      encoder.cancel(1)
    })
    expect(await peer.answer(1)).toEqual({ kind: 'cancelled' })
    expect(await engine.stats('q')).toMatchObject({ waitingReceives: 0 })
  })

  test('ends a send that waits for room, and sends nothing', async () => {
    const { at, engine } = await serve()
    await engine.create('q', { capacity: 1, overflow: 'wait' })
    await engine.send('q', 'first')
    const peer = await greeted(at)
    const waiting = peer.request({ kind: 'send', name: 'q', message: { body: 'second' } })
    await until(async () => (await engine.stats('q')).waitingSends === 1)
    peer.say((encoder) => encoder.cancel(waiting))
    expect(await peer.answer(waiting)).toEqual({ kind: 'cancelled' })
    await engine.purge('q')
    expect(await engine.stats('q')).toMatchObject({ ready: 0, waitingSends: 0 })
  })

  test('is too late for messages that are received: the client gets them', async () => {
    const { at, engine } = await serve()
    await engine.create('q')
    await engine.send('q', 'tea')
    const peer = await greeted(at)
    peer.say((encoder) => {
      encoder.request(1, { kind: 'receive', name: 'q', max: 1 })
      encoder.cancel(1)
    })
    const answer = await peer.answer(1)
    const lease = answer.kind === 'messages' ? (answer.messages[0]?.lease ?? '') : ''
    expect(await peer.ask({ kind: 'nack', lease })).toEqual({ kind: 'outcome', outcome: 'held' })
    expect(await engine.stats('q')).toMatchObject({ ready: 1 })
  })

  test('of what is answered changes nothing', async () => {
    const { at } = await serve()
    const peer = await greeted(at)
    const answered = peer.request({ kind: 'list' })
    await peer.answer(answered)
    peer.say((encoder) => {
      encoder.cancel(answered)
      encoder.cancel(77)
    })
    expect(await peer.ask({ kind: 'list' })).toMatchObject({ kind: 'value' })
    expect(peer.heard.length).toBe(3)
  })
})

describe('the end of a connection', () => {
  test('ends what waits', async () => {
    const { at, engine, server } = await serve()
    await engine.create('q')
    await engine.create('full', { capacity: 1, overflow: 'wait' })
    await engine.send('full', 'first')
    const peer = await greeted(at)
    peer.request({ kind: 'receive', name: 'q', max: 1 })
    peer.request({ kind: 'send', name: 'full', message: { body: 'second' } })
    await until(() => server.stats().pending === 2)
    await until(async () => (await engine.stats('full')).waitingSends === 1)
    peer.socket.resetAndDestroy()
    await until(() => server.stats().connections === 0)
    expect(await engine.stats('q')).toMatchObject({ waitingReceives: 0 })
    expect(await engine.stats('full')).toMatchObject({ waitingSends: 0, ready: 1 })
    expect(server.stats()).toMatchObject({ pending: 0, bufferedBytes: 0 })
  })

  test.each(['of the peer', 'of the server'])(
    'lets no send in where one leaves that waited in front of it: by the end %s',
    async (whose) => {
      const { at, engine, server } = await serve()
      await engine.create('q', { capacityBytes: 10, overflow: 'wait' })
      await engine.send('q', '12345')
      const peer = await greeted(at)
      peer.say((encoder) => {
        // The numbers of requests say nothing of their order.
        for (const [number, body] of [
          [2, '123456'],
          [40, '1'],
          [1, '2'],
        ] as const) {
          encoder.request(number, { kind: 'send', name: 'q', message: { body } })
        }
      })
      await until(async () => (await engine.stats('q')).waitingSends === 3)
      if (whose === 'of the peer') peer.socket.destroy()
      else await server.close({ timeoutMs: 0 })
      await until(() => server.stats().pending === 0)
      expect(await engine.stats('q')).toMatchObject({ sent: 1, waitingSends: 0 })
    },
  )

  test('leaves leases as they are: they are valid on any other', async () => {
    const { at, engine } = await serve()
    await engine.create('q')
    await engine.send('q', 'tea')
    const one = await greeted(at)
    const answer = await one.ask({ kind: 'receive', name: 'q', max: 1 })
    one.socket.destroy()
    const other = await greeted(at)
    const lease = answer.kind === 'messages' ? (answer.messages[0]?.lease ?? '') : ''
    expect(await other.ask({ kind: 'ack', lease })).toEqual({ kind: 'outcome', outcome: 'acked' })
  })

  test('gives back messages that were not on their way', async () => {
    const { at, engine, server } = await serve()
    await engine.create('q')
    const peer = await greeted(at)
    peer.socket.pause()
    for (let i = 0; i < 30; i++) await engine.send('q', new Uint8Array(1_000_000))
    for (let i = 0; i < 30; i++) peer.request({ kind: 'receive', name: 'q', max: 1 })
    await until(async () => (await engine.stats('q')).inFlight === 30)
    peer.socket.resetAndDestroy()
    await until(() => server.stats().connections === 0)
    await until(async () => (await engine.stats('q')).ready > 10)
    const { ready, inFlight } = await engine.stats('q')
    expect(ready + inFlight).toBe(30)
    expect(server.stats().returned).toBe(ready)
  })

  test('gives back messages that were received for it when it had ended', async () => {
    const { engine, letGo } = await slowEngine('receive')
    const { at, server } = await serve({}, engine)
    await engine.create('q')
    await engine.send('q', 'tea')
    const peer = await greeted(at)
    peer.request({ kind: 'receive', name: 'q', max: 1 })
    await until(async () => (await engine.stats('q')).inFlight === 1)
    peer.socket.resetAndDestroy()
    await until(() => server.stats().connections === 0)
    letGo()
    await until(() => server.stats().returned === 1)
    expect(await engine.stats('q')).toMatchObject({ ready: 1, inFlight: 0 })
    expect(server.stats().pending).toBe(0)
  })
})
