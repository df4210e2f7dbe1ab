import { MAX_BATCH, PROTOCOL_VERSION, type Request } from '@millrace/queue/protocol'
import { describe, expect, test } from 'vitest'
import { greeted, Peer, rawPeer, type Served, serve } from './support.ts'

const receive = { kind: 'receive', name: 'q', max: 10, timeoutMs: 0 } as const
const LARGE = 3_000_000

/** A peer that takes no frame of more than 2 MiB, and a queue. */
async function small(): Promise<Served & { readonly peer: Peer }> {
  const served = await serve()
  await served.engine.create('dead')
  await served.engine.create('q', { maxDeliveries: 2, deadLetterQueue: 'dead' })
  const peer = new Peer(await rawPeer(served.at))
  peer.say((encoder) => encoder.hello({ version: PROTOCOL_VERSION, maxFrameBytes: 2 ** 21, token: '' }))
  await peer.welcome()
  return { ...served, peer }
}

async function count(peer: Peer, request: Request): Promise<number> {
  const answer = await peer.ask(request)
  return answer.kind === 'messages' ? answer.messages.length : expect.unreachable(JSON.stringify(answer))
}

describe.each([undefined, 0])('a message larger than the client takes, with leaseMs %s', (leaseMs) => {
  test('is not taken: those before it are given, and then it is refused', async () => {
    const { peer, engine } = await small()
    await engine.sendMany('q', [{ body: 'a' }, { body: 'b' }, { body: new Uint8Array(LARGE) }, { body: 'd' }])
    expect(await count(peer, { ...receive, leaseMs })).toBe(2)
    for (let i = 0; i < 4; i++) {
      const answer = await peer.ask({ ...receive, leaseMs })
      expect(answer).toMatchObject({ kind: 'failure', error: { code: 'too-large' } })
    }
    const [large] = await engine.peek('q')
    expect([large?.deliveries, large?.body.length]).toEqual([0, LARGE])
    expect(await engine.stats('q')).toMatchObject({ ready: 2, delivered: 2, returned: 0, dead: 0 })
  })

  test('ends a receive that waits, and stays', async () => {
    const { peer, engine } = await small()
    const waiting = peer.request({ ...receive, leaseMs, timeoutMs: 60_000 })
    while ((await engine.stats('q')).waitingReceives === 0) await new Promise(setImmediate)
    await engine.send('q', new Uint8Array(LARGE))
    expect(await peer.answer(waiting)).toMatchObject({ kind: 'failure', error: { code: 'too-large' } })
    expect(await engine.stats('q')).toMatchObject({ ready: 1, delivered: 0 })
  })

  test('is one by its headers, too', async () => {
    const { peer, engine } = await small()
    const headers = Object.fromEntries(Array.from({ length: 40 }, (_, i) => [String(i), 'x'.repeat(60_000)]))
    await engine.send('q', '', { headers })
    const answer = await peer.ask({ ...receive, leaseMs })
    expect(answer).toMatchObject({ kind: 'failure', error: { code: 'too-large' } })
    expect(await engine.stats('q')).toMatchObject({ ready: 1, delivered: 0 })
  })

  test('is given if it just fits, with as many headers as there may be', async () => {
    const { peer, engine } = await small()
    const headers = Object.fromEntries(Array.from({ length: 1_000 }, (_, i) => [String(i), '']))
    await engine.send('q', new Uint8Array(2 ** 21 - 2 ** 13 - 2_890), { headers })
    expect([(await engine.stats('q')).bytes, await count(peer, { ...receive, leaseMs })]).toEqual([
      2 ** 21 - 2 ** 13,
      1,
    ])
  })
})

describe('an answer', () => {
  test('has no more messages than fit in, however small they are', async () => {
    const { at, engine } = await serve({ limits: { maxAnswerBytes: 6_400 } })
    await engine.create('q')
    await engine.sendMany(
      'q',
      Array.from({ length: 300 }, () => ({ body: '' })),
    )
    const peer = await greeted(at)
    expect(await count(peer, { kind: 'peek', name: 'q', max: 300 })).toBe(100)
    expect(await count(peer, { ...receive, max: 300, leaseMs: 0 })).toBe(100)
    expect((await engine.stats('q')).ready).toBe(200)
  })

  test('has no more messages than may be sent at once', async () => {
    const { at, engine } = await serve()
    await engine.create('q')
    await engine.sendMany(
      'q',
      Array.from({ length: MAX_BATCH + 1 }, () => ({ body: '' })),
    )
    const peer = await greeted(at)
    const number = peer.request({ ...receive, max: 1_000_000, leaseMs: 0 })
    await peer.answer(number)
    expect((await engine.stats('q')).ready).toBe(1)
  })

  test('has one message, whatever its size and the limit', async () => {
    const { at, engine } = await serve({ limits: { maxAnswerBytes: 1 } })
    await engine.create('q')
    await engine.sendMany('q', [{ body: 'x'.repeat(100_000) }, { body: '' }])
    const peer = await greeted(at)
    expect(await count(peer, { ...receive, leaseMs: 0 })).toBe(1)
  })
})
