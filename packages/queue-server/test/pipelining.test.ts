import { describe, expect, test } from 'vitest'
import { greeted, received, serve, until } from './support.ts'

describe('requests under way', () => {
  test('are answered in any order: one that waits keeps back none', async () => {
    const { at, engine } = await serve()
    await engine.create('q')
    const peer = await greeted(at)
    const waiting = peer.request({ kind: 'receive', name: 'q', max: 1 })
    await peer.ask({ kind: 'list' })
    expect(peer.heard.some(({ number }) => number === waiting)).toBe(false)
    await peer.ask({ kind: 'send', name: 'q', message: { body: 'tea' } })
    expect(await peer.answer(waiting)).toMatchObject({ kind: 'messages' })
  })

  test('are thousands of receives that wait, behind some that find something: each has a message, none is lost', async () => {
    const { at, engine } = await serve()
    await engine.create('q')
    const peer = await greeted(at)
    const bodies = (count: number) => Array.from({ length: count }, (_, i) => ({ body: String(i) }))
    await engine.sendMany('q', bodies(16))
    peer.say((encoder) => {
      for (let number = 1; number <= 1_000; number++) {
        encoder.request(number, { kind: 'receive', name: 'q', max: 1, leaseMs: 0 })
      }
    })
    await peer.answer(16)
    await until(async () => (await engine.stats('q')).waitingReceives === 984)
    await engine.sendMany('q', bodies(984))
    await peer.ask({ kind: 'list' })
    for (let number = 1; number <= 1_000; number++) {
      expect(await peer.answer(number)).toMatchObject({ kind: 'messages', messages: [{}] })
    }
    expect(await engine.stats('q')).toMatchObject({ ready: 0, inFlight: 0, delivered: 1_000 })
  })

  test('are begun in the order they come', async () => {
    const { at, engine } = await serve()
    await engine.create('q')
    const peer = await greeted(at)
    peer.say((encoder) => {
      for (let number = 1; number <= 1000; number++) {
        encoder.request(number, { kind: 'send', name: 'q', message: { body: String(number) } })
      }
    })
    await peer.answer(1000)
    const messages = await engine.receive('q', { max: 1000 })
    expect(messages.map((message) => message.text())).toEqual(Array.from({ length: 1000 }, (_, i) => String(i + 1)))
  })

  test('are written together when they are answered together', async () => {
    const { at, engine } = await serve()
    await engine.create('q')
    const peer = await greeted(at)
    let chunks = 0
    peer.socket.on('data', () => chunks++)
    peer.say((encoder) => {
      for (let number = 1; number <= 100; number++) encoder.request(number, { kind: 'list' })
    })
    await peer.answer(100)
    expect(chunks).toBeLessThan(10)
  })

  test('may be as many of a kind as the greeting says; more are answered busy, and others go on', async () => {
    const { at, engine, server } = await serve({ limits: { maxRequests: 3 } })
    await engine.create('q')
    const peer = await greeted(at)
    expect(await peer.welcome()).toMatchObject({ maxRequests: 3 })
    const waiting = [1, 2, 3].map(() => peer.request({ kind: 'receive', name: 'q', max: 1 }))
    const refused = await peer.ask({ kind: 'receive', name: 'q', max: 1 })
    expect(refused).toMatchObject({ kind: 'failure', error: { code: 'busy' } })
    expect(server.stats().pending).toBe(3)
    expect(await peer.ask({ kind: 'receive', name: 'q', max: 1, timeoutMs: 0 })).toMatchObject({ kind: 'messages' })
    await engine.send('q', 'tea')
    await peer.answer(waiting[0] as number)
    expect(await peer.ask({ kind: 'receive', name: 'q', max: 1, timeoutMs: 1 })).toMatchObject({ kind: 'messages' })
  })

  test('may have as many bytes as the greeting says, and one frame', async () => {
    const { at, engine, server } = await serve({ limits: { maxRequestBytes: 1000 } })
    await engine.create('q', { capacity: 1, overflow: 'wait' })
    await engine.send('q', 'first')
    const peer = await greeted(at)
    const large = { kind: 'send', name: 'q', message: { body: 'x'.repeat(999) } } as const
    const waiting = peer.request(large)
    expect(await peer.ask(large)).toMatchObject({ kind: 'failure', error: { code: 'busy' } })
    expect(server.stats().bufferedBytes).toBeGreaterThan(999)
    expect(server.stats().bufferedBytes).toBeLessThan(1200)
    await engine.purge('q')
    expect(await peer.answer(waiting)).toMatchObject({ kind: 'ids' })
    await until(() => server.stats().bufferedBytes === 0)
  })

  test('do not share a number', async () => {
    const { at, engine } = await serve()
    await engine.create('q')
    const peer = await greeted(at)
    peer.say((encoder) => {
      encoder.request(9, { kind: 'receive', name: 'q', max: 1 })
      encoder.request(9, { kind: 'receive', name: 'q', max: 1 })
    })
    expect(await peer.goodbye()).toMatchObject({ code: 'protocol' })
    await peer.closed
  })
})

describe('receive', () => {
  test('gives about as many bytes as the client is ready to take, but one message', async () => {
    const { at, engine } = await serve()
    await engine.create('q')
    const peer = await greeted(at)
    for (let i = 0; i < 50; i++) await engine.send('q', 'x'.repeat(1000))
    const receive = { kind: 'receive', name: 'q', max: 50 } as const
    const some = await peer.ask({ ...receive, maxBytes: 10_000 })
    expect(some.kind === 'messages' && some.messages.length).toBe(10)
    const little = await peer.ask({ ...receive, max: 1, maxBytes: 1 })
    expect(little.kind === 'messages' && little.messages.length).toBe(1)
    expect((await received(peer, 'q', 100)).length).toBe(39)
  })

  test('gives all that is ready, in frames that the client takes', async () => {
    const { at, engine } = await serve()
    await engine.create('q')
    const peer = await greeted(at)
    for (let i = 0; i < 40; i++) await engine.send('q', 'x'.repeat(100_000))
    const number = peer.request({ kind: 'receive', name: 'q', max: 1000, timeoutMs: 0 })
    await peer.answer(number)
    const answers = peer.heard.flatMap(({ message }) => (message.kind === 'messages' ? [message] : []))
    expect(answers.length).toBeGreaterThan(3)
    expect(answers.flatMap(({ messages }) => messages).length).toBe(40)
  })
})
