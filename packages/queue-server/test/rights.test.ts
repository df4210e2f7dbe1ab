import { describe, expect, test } from 'vitest'
import { createServer, type TokenRule } from '../src/index.ts'
import { greeted, Peer, rawPeer, received, serve, until } from './support.ts'

const ADMIN = 'the-token-of-the-administrator'
const IMAGES = 'the-token-of-who-makes-images'
const WORKER = 'the-token-of-who-works-on-them'

const tokens: TokenRule[] = [
  { token: ADMIN },
  { token: IMAGES, queues: ['images', 'jobs-*'], rights: ['send'] },
  { token: WORKER, queues: ['images', 'jobs-*'], rights: ['receive'] },
]

const refused = { kind: 'failure', error: { name: 'QueueError', code: 'refused' } }
const send = (name: string) => ({ kind: 'send', name, message: { body: 'tea' } }) as const

describe('a token', () => {
  test.each([
    ['', 'a token is needed'],
    ['wrong', 'the token is not known'],
    [`${ADMIN} `, 'the token is not known'],
    [ADMIN.slice(1), 'the token is not known'],
  ])('that is not known is refused: %j', async (token, message) => {
    const { at, server } = await serve({ tokens })
    const peer = new Peer(await rawPeer(at))
    peer.greet(token)
    const error = await peer.goodbye()
    expect(error).toMatchObject({ code: 'refused', message })
    await peer.closed
    expect(server.stats().refused.token).toBe(1)
  })

  test('is not asked for if there is none', async () => {
    const { at } = await serve()
    expect(await (await greeted(at, 'whatever')).ask({ kind: 'list' })).toMatchObject({ kind: 'value' })
  })

  test('gives rights to queues by name, and by how names begin', async () => {
    const { at, engine } = await serve({ tokens })
    for (const name of ['images', 'images-2', 'jobs-1', 'jobs']) await engine.create(name)
    const peer = await greeted(at, IMAGES)
    expect(await peer.ask(send('images'))).toMatchObject({ kind: 'ids' })
    expect(await peer.ask(send('jobs-1'))).toMatchObject({ kind: 'ids' })
    expect(await peer.ask(send('images-2'))).toMatchObject(refused)
    expect(await peer.ask(send('jobs'))).toMatchObject(refused)
    expect(await peer.ask({ kind: 'trySend', name: 'jobs', message: { body: '' } })).toMatchObject(refused)
    expect(await peer.ask({ kind: 'sendMany', name: 'jobs', messages: [] })).toMatchObject(refused)
    expect(await peer.ask({ kind: 'list' })).toEqual({ kind: 'value', value: ['images', 'jobs-1'] })
  })

  test('gives no other right', async () => {
    const { at, engine } = await serve({ tokens })
    await engine.create('images')
    const sender = await greeted(at, IMAGES)
    const worker = await greeted(at, WORKER)
    const name = 'images'
    expect(await sender.ask({ kind: 'receive', name, max: 1, timeoutMs: 0 })).toMatchObject(refused)
    expect(await sender.ask({ kind: 'peek', name })).toMatchObject(refused)
    expect(await sender.ask({ kind: 'stats', name })).toMatchObject({ kind: 'value' })
    expect(await worker.ask(send(name))).toMatchObject(refused)
    for (const kind of ['create', 'delete', 'pause', 'resume', 'purge', 'redrive'] as const) {
      expect(await worker.ask({ kind, name })).toMatchObject(refused)
    }
    expect(await worker.ask({ kind: 'stats', name: 'other' })).toMatchObject(refused)
    expect(await engine.list()).toEqual(['images'])
  })

  test('that manages some queues buries no messages in others', async () => {
    const { at, engine } = await serve({ tokens: [{ token: IMAGES, queues: ['images'] }] })
    await engine.create('grave')
    const peer = await greeted(at, IMAGES)
    const options = { maxDeliveries: 1, deadLetterQueue: 'grave' }
    expect(await peer.ask({ kind: 'create', name: 'images', options })).toMatchObject(refused)
  })

  test('that may not receive from all queues settles what it received, on any connection, and nothing else', async () => {
    const { at, engine } = await serve({ tokens })
    await engine.create('images')
    await engine.create('secret')
    await engine.send('images', 'tea')
    await engine.send('secret', 'poison')
    const [secret] = await engine.receive('secret')
    const worker = await greeted(at, WORKER)
    const [tea] = await received(worker, 'images')
    const other = await greeted(at, WORKER)
    expect(await other.ask({ kind: 'ack', lease: secret?.lease ?? '' })).toMatchObject(refused)
    expect(await other.ask({ kind: 'nack', lease: `${secret?.lease}${tea?.lease.slice(-23)}` })).toMatchObject(refused)
    const both = [tea?.lease ?? '', secret?.lease ?? '']
    expect(await other.ask({ kind: 'ackMany', leases: both })).toMatchObject(refused)
    expect(await other.ask({ kind: 'extend', lease: tea?.lease ?? '', ms: 1000 })).toMatchObject({ outcome: 'held' })
    expect(await other.ask({ kind: 'ack', lease: tea?.lease ?? '' })).toEqual({ kind: 'outcome', outcome: 'acked' })
  })

  test('is told of each of a thousand requests that it may not do that', async () => {
    const { at } = await serve({ tokens })
    const worker = await greeted(at, WORKER)
    worker.say((encoder) => {
      for (let number = 1; number <= 1_000; number++) {
        encoder.request(
          number,
          number <= 16 ? { kind: 'peek', name: 'images' } : { kind: 'receive', name: 'secret', max: 1 },
        )
      }
    })
    for (let number = 17; number <= 1_000; number++) expect(await worker.answer(number)).toMatchObject(refused)
  })

  test('that may do everything settles what another one received', async () => {
    const { at, engine } = await serve({ tokens })
    await engine.create('images')
    await engine.send('images', 'tea')
    const [tea] = await received(await greeted(at, WORKER), 'images')
    const admin = await greeted(at, ADMIN)
    expect(await admin.ask({ kind: 'ack', lease: tea?.lease ?? '' })).toEqual({ kind: 'outcome', outcome: 'acked' })
  })

  test('that may not receive from all queues gets messages without a lease too', async () => {
    const { at, engine } = await serve({ tokens })
    await engine.create('images')
    await engine.send('images', 'tea')
    const worker = await greeted(at, WORKER)
    const answer = await worker.ask({ kind: 'receive', name: 'images', max: 1, leaseMs: 0 })
    expect(answer).toMatchObject({ messages: [{ lease: '' }] })
    await until(async () => (await engine.stats('images')).acked === 1)
  })
})

describe('a wrong rule', () => {
  test.each([
    [[], 'tokens: expected an array with at least one'],
    [[{ token: 'short secret' }], 'token 0: expected 16 to 1024 characters of ASCII'],
    [[{ token: 42 }], 'token 0: expected 16 to 1024 characters'],
    [[{ token: 'x'.repeat(2000) }], 'token 0: expected 16 to 1024 characters'],
    [[{ token: ADMIN }, { token: ADMIN }], 'each token once'],
    [[{ token: ADMIN, queues: ['*-jobs'] }], 'token 0: queues: expected names'],
    [[{ token: ADMIN, rights: ['read'] }], 'token 0: rights: expected an array of send, receive, manage'],
    [[{ token: ADMIN, right: ['send'] }], 'unknown option "right"'],
  ])('is told, and its token is not: %j', async (rules, message) => {
    const { engine } = await serve()
    let error: unknown
    try {
      createServer({ engine, tokens: rules as TokenRule[] })
    } catch (thrown) {
      error = thrown
    }
    expect(error).toBeInstanceOf(TypeError)
    expect(String(error)).toContain(message)
    expect(String(error)).not.toMatch(/secret|administrator|xxx|42/)
  })
})
