import { describe, expect, test } from 'vitest'
import { wholeFrom } from '../../../tooling/testing/random.ts'
import { greeted, Peer, rawPeer, received, serve, until } from './support.ts'

const SEED = Number(process.env['MILLRACE_CHAOS_SEED'] ?? Date.now() % 2 ** 31)

describe(`peers that go mad, with seed ${SEED}`, () => {
  test('are cut or ignored, and leave nothing; one that does not goes on', async () => {
    const random = wholeFrom(SEED)
    const { at, engine, server } = await serve()
    await engine.create('q')
    const sane = await greeted(at)
    for (let round = 0; round < 15; round++) {
      const peers = await Promise.all(Array.from({ length: 20 }, async () => new Peer(await rawPeer(at))))
      for (const peer of peers) {
        peer.greet()
        peer.encoder.request(1, { kind: 'send', name: 'q', message: { body: 'x'.repeat(random(200)) } })
        peer.encoder.request(2, { kind: 'receive', name: 'q', max: 1 + random(5) })
        peer.encoder.request(3, { kind: 'receive', name: 'q', max: 1 })
        peer.encoder.cancel(3)
        peer.encoder.request(4, { kind: 'peek', name: 'q', max: 3 })
        peer.encoder.request(5, { kind: 'create', name: `q${random(3)}` })
        const bytes = Buffer.from(peer.encoder.take())
        for (let times = random(5); times > 0; times--) bytes[random(bytes.length)] = random(256)
        peer.socket.write(bytes.subarray(0, random(4) === 0 ? random(bytes.length) : bytes.length))
      }
      await sane.ask({ kind: 'send', name: 'q', message: { body: 'tea' } })
      const [message] = await received(sane, 'q')
      if (message !== undefined)
        expect(await sane.ask({ kind: 'ack', lease: message.lease })).toMatchObject({ kind: 'outcome' })
      for (const peer of peers) {
        if (random(2) === 0) peer.socket.resetAndDestroy()
        else peer.socket.end()
      }
      await until(() => server.stats().connections === 1)
    }
    expect(server.stats()).toMatchObject({ pending: 0, bufferedBytes: 0 })
    const { waitingReceives, waitingSends, sent, acked, ready, inFlight } = await engine.stats('q')
    expect([waitingReceives, waitingSends]).toEqual([0, 0])
    expect(acked + ready + inFlight).toBe(sent)
    expect(server.stats().cut.protocol).toBeGreaterThan(0)
  })
})
