import { once } from 'node:events'
import { connect } from 'node:net'
import { describe, expect, test } from 'vitest'
import { greeted, Peer, rawPeer, received, serve, until } from './support.ts'

describe('a peer', () => {
  test.each([
    ['garbage', 'GET / HTTP/1.1\r\nhost: localhost\r\n\r\n', 'too-large'],
    ['a frame without a kind', '\0\0\0\x01\0', 'protocol'],
    ['a request before the greeting', '\0\0\0\x08\x14\0\0\0\x01\0\x01a', 'protocol'],
    ['something else than a greeting', `\0\0\0\x0d\x01\0\0\0\0${'\0'.repeat(8)}`, 'protocol'],
  ])('that says %s is told so and cut, while others go on', async (_, said, code) => {
    const { at, server } = await serve()
    const other = await greeted(at)
    const peer = new Peer(await rawPeer(at))
    peer.socket.write(said)
    expect(await peer.goodbye()).toMatchObject({ name: 'QueueError', code })
    await peer.closed
    expect(server.stats().cut).toMatchObject({ [code]: 1 })
    expect(await other.ask({ kind: 'list' })).toMatchObject({ kind: 'value' })
  })

  test('that says what is too large is told so when its length is there', async () => {
    const { at } = await serve({ limits: { maxFrameBytes: 10_000 } })
    const peer = await greeted(at)
    peer.say((encoder) => encoder.request(1, { kind: 'send', name: 'q', message: { body: 'x'.repeat(10_000) } }))
    expect(await peer.goodbye()).toMatchObject({ code: 'too-large' })
    await peer.closed
  })

  test('that does not greet in time is told so and cut', async () => {
    const { at, server } = await serve({ limits: { greetingMs: 50 } })
    const peer = new Peer(await rawPeer(at))
    peer.socket.write('\0')
    expect(await peer.goodbye()).toMatchObject({ code: 'protocol', message: 'no greeting in 50 ms' })
    await peer.closed
    expect(server.stats().cut.greeting).toBe(1)
  })

  test('that is silent is asked, and lives if it answers', async () => {
    const { at } = await serve({ limits: { quietMs: 20 } })
    const peer = await greeted(at)
    await until(() => peer.heard.filter(({ message }) => message.kind === 'ping').length > 3)
    expect(await peer.ask({ kind: 'list' })).toMatchObject({ kind: 'value' })
  })

  test('that is silent and answers lives, however busy this program is', async () => {
    const { at } = await serve({ limits: { quietMs: 20 } })
    const peer = await greeted(at)
    for (let i = 0; i < 20; i++) {
      const end = performance.now() + 30
      while (performance.now() < end);
      for (let turns = 0; turns < i % 5; turns++) await new Promise(setImmediate)
    }
    expect(await peer.ask({ kind: 'list' })).toMatchObject({ kind: 'value' })
  })

  test('that is silent and does not answer is cut: half of a connection holds nothing', async () => {
    const { at, engine, server } = await serve({ limits: { quietMs: 20 } })
    await engine.create('q')
    const peer = await greeted(at)
    peer.request({ kind: 'receive', name: 'q', max: 1 })
    await until(async () => (await engine.stats('q')).waitingReceives === 1)
    peer.say = () => {}
    expect(await peer.goodbye()).toMatchObject({ code: 'protocol' })
    await peer.closed
    expect(server.stats()).toMatchObject({ cut: { quiet: 1 }, pending: 0 })
    expect(await engine.stats('q')).toMatchObject({ waitingReceives: 0 })
  })

  test('that is silent is cut though answers are written to it', async () => {
    const { at, engine } = await serve({ limits: { quietMs: 20 } })
    await engine.create('q')
    const peer = await greeted(at)
    peer.say((encoder) => {
      for (let number = 1; number <= 4000; number++) encoder.request(number, { kind: 'receive', name: 'q', max: 1 })
    })
    await until(async () => (await engine.stats('q')).waitingReceives === 4000)
    peer.say = () => {}
    await until(async () => {
      await engine.send('q', 'tea')
      return peer.isClosed
    })
    expect(await peer.goodbye()).toMatchObject({ message: 'nothing has been heard, nor was a ping answered' })
    expect(await engine.stats('q')).toMatchObject({ waitingReceives: 0 })
  })

  test('that ends its half is not waited for', async () => {
    const { at, engine, server } = await serve()
    await engine.create('q')
    const peer = await greeted(at)
    peer.request({ kind: 'receive', name: 'q', max: 1 })
    peer.socket.end()
    await peer.closed
    await until(() => server.stats().connections === 0)
    expect(await engine.stats('q')).toMatchObject({ waitingReceives: 0 })
  })

  test('that asks whether the server is there is answered', async () => {
    const { at } = await serve()
    const peer = await greeted(at)
    peer.say((encoder) => encoder.ping())
    await peer.hears(({ kind }) => kind === 'pong')
  })
})

describe('a slow reader', () => {
  test('is not read from, and cut after a while; what it did not get goes back, and others go on', async () => {
    const { at, engine, server } = await serve({ limits: { slowMs: 1_000, maxUnreadBytes: 1_000_000 } })
    await engine.create('q')
    const other = await greeted(at)
    const peer = await greeted(at)
    peer.socket.pause()
    for (let i = 0; i < 40; i++) await engine.send('q', new Uint8Array(1_000_000))
    for (let i = 0; i < 20; i++) peer.request({ kind: 'receive', name: 'q', max: 1 })
    await until(() => server.stats().requests.receive > 0)
    expect(await received(other, 'q')).toHaveLength(1)
    await until(() => server.stats().cut.slow === 1)
    expect(server.stats().requests.receive).toBe(21)
    await until(() => server.stats().connections === 1)
    await until(() => server.stats().bufferedBytes === 0)
    const { ready, inFlight } = await engine.stats('q')
    expect(ready + inFlight).toBe(40)
    expect(server.stats().returned).toBeGreaterThan(0)
  })

  test('is not taken for silent: what it says is not read', async () => {
    // While it reads again it answers each ping behind all that is on its way to it: in time, though the machine is slow.
    const limits = { quietMs: 1_000, slowMs: 3_600_000, maxUnreadBytes: 1_000_000 }
    const { at, engine, server } = await serve({ limits })
    await engine.create('q')
    for (let i = 0; i < 20; i++) await engine.send('q', new Uint8Array(1_000_000))
    const peer = await greeted(at)
    peer.socket.pause()
    const numbers = Array.from({ length: 20 }, () => peer.request({ kind: 'receive', name: 'q', max: 1 }))
    await until(() => server.stats().bufferedBytes > 1_000_000)
    peer.say((encoder) => encoder.ping()) // Who says something then is not read from any more.
    const silent = await greeted(at)
    silent.say = () => {}
    expect(await silent.goodbye()).toMatchObject({ code: 'protocol' })
    expect(server.stats().cut).toMatchObject({ quiet: 1, slow: 0 })
    peer.socket.resume()
    for (const number of numbers) expect(await peer.answer(number)).toMatchObject({ kind: 'messages' })
  })

  test('costs as much memory as its limit and what is in one go, however much it asks for', async () => {
    const { at, engine, server } = await serve({ limits: { maxUnreadBytes: 500_000 } })
    await engine.create('q')
    await engine.send('q', new Uint8Array(20_000))
    const peer = await greeted(at)
    peer.socket.pause()
    const numbers: number[] = []
    let most = 0
    for (let i = 0; i < 3000; i++) {
      numbers.push(peer.request({ kind: 'peek', name: 'q', max: 1 }))
      if (i % 50 === 0) await new Promise(setImmediate)
      most = Math.max(most, server.stats().bufferedBytes)
    }
    expect(most).toBeGreaterThan(500_000)
    // 500,000, 16 answers that are made together, and the requests; all answers would have 60 MB.
    expect(most).toBeLessThan(1_200_000)
    peer.socket.resume()
    await Promise.all(numbers.slice(-3).map((number) => peer.answer(number)))
    await until(() => server.stats().bufferedBytes === 0)
    expect(peer.heard).toHaveLength(3001)
  })
})

describe('too much in all', () => {
  test('is who has most', async () => {
    const { at, engine, server } = await serve({ limits: { maxBufferedBytes: 5_000_000 } })
    await engine.create('q', { capacity: 1, overflow: 'wait' })
    await engine.send('q', 'first')
    const other = await greeted(at)
    const waiting = other.request({ kind: 'send', name: 'q', message: { body: 'x'.repeat(1_000_000) } })
    const peer = await greeted(at)
    for (let i = 0; i < 5; i++) {
      peer.request({ kind: 'send', name: 'q', message: { body: 'x'.repeat(1_000_000) } })
    }
    expect(await peer.goodbye()).toMatchObject({ code: 'busy' })
    await peer.closed
    expect(server.stats().cut.memory).toBe(1)
    await until(async () => (await engine.stats('q')).waitingSends === 1)
    await engine.purge('q')
    expect(await other.answer(waiting)).toMatchObject({ kind: 'ids' })
  })
})

describe('too many connections', () => {
  test.each([
    ['in all', { maxConnections: 2 }, 'connections'],
    ['of an address', { maxConnectionsPerAddress: 2 }, 'address'],
  ] as const)('%s are told so, until others have left', async (_, limits, reason) => {
    const { at, server } = await serve({ limits })
    const peers = [await greeted(at), await greeted(at)]
    const third = new Peer(await rawPeer(at))
    third.greet()
    expect(await third.goodbye()).toMatchObject({ code: 'busy' })
    await third.closed
    expect(server.stats()).toMatchObject({ connections: 2, accepted: 2, refused: { [reason]: 1 } })
    expect(await peers[0]?.ask({ kind: 'list' })).toMatchObject({ kind: 'value' })
    peers[1]?.socket.destroy()
    await until(() => server.stats().connections === 1)
    await greeted(at)
  })
})

describe('a thousand connections', () => {
  test('lose nothing when some are killed', async () => {
    const { at, engine, server } = await serve()
    await engine.create('q')
    const peers = await Promise.all(Array.from({ length: 1000 }, () => greeted(at)))
    const sends = peers.map((peer, i) => peer.ask({ kind: 'send', name: 'q', message: { body: String(i) } }))
    expect((await Promise.all(sends)).every(({ kind }) => kind === 'ids')).toBe(true)
    // Each third has received one message, each third is killed while it waits, and each third goes on.
    const holders = peers.filter((_, i) => i % 3 === 0)
    const messages = (await Promise.all(holders.map((peer) => received(peer, 'q')))).flat()
    for (const peer of peers.filter((_, i) => i % 3 === 1)) peer.socket.resetAndDestroy()
    for (const peer of holders) peer.socket.destroy()
    const rest = peers.filter((_, i) => i % 3 === 2)
    await until(() => server.stats().connections === rest.length)
    const others = (await Promise.all(rest.map((peer) => received(peer, 'q', 3)))).flat()
    expect(new Set([...messages, ...others].map((message) => message.text())).size).toBe(1000)
    const acks = [...messages, ...others].map(({ lease }, i) => rest[i % rest.length]?.ask({ kind: 'ack', lease }))
    expect((await Promise.all(acks)).every((answer) => answer?.kind === 'outcome' && answer.outcome === 'acked')).toBe(
      true,
    )
  })

  test('come and go, and leave nothing', async () => {
    const { at, server } = await serve()
    for (let round = 0; round < 10; round++) {
      const sockets = Array.from({ length: 50 }, () => connect(at.port, at.host))
      for (const socket of sockets) socket.on('error', () => {})
      await Promise.all(sockets.map((socket) => once(socket, 'connect')))
      for (const socket of sockets) socket.resetAndDestroy()
    }
    await until(() => server.stats().connections === 0)
    expect(server.stats().bufferedBytes).toBe(0)
  })
})
