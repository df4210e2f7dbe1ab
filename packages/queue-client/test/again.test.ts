import { QueueError } from '@millrace/queue'
import { clientDecoder, DEFAULT_MAX_FRAME_BYTES } from '@millrace/queue/protocol'
import { describe, expect, test } from 'vitest'
import { cabled, unanswered } from './cabled.ts'
import { GREETING, saying } from './saying.ts'
import { connected, now, rejection, texts, until } from './support.ts'

describe('what was under way on a connection that was lost', () => {
  test('a send without a dedup key whose answer did not come rejects unknown, with the body', async () => {
    const { cable, client, engine } = await cabled()
    const all = [
      client.send('a', '1'),
      client.trySend('a', '2'),
      client.sendMany('a', [{ body: '3', dedupKey: 'k' }, { body: '4' }]),
    ].map(rejection)
    await unanswered(cable, async () => (await engine.stats('a')).ready === 4)
    expect(await Promise.all(all)).toMatchObject([
      { code: 'unknown', bodies: ['1'], dedupKeys: [undefined] },
      { code: 'unknown', bodies: ['2'], dedupKeys: [undefined] },
      { code: 'unknown', bodies: ['3', '4'], dedupKeys: ['k', undefined], cause: { code: 'unreachable' } },
    ])
  })

  test('a send with a dedup key is sent again, and is there once', async () => {
    const { cable, client, engine } = await cabled()
    const sending = client.send('a', '1', { dedupKey: 'k1' })
    const trying = client.trySend('a', '2', { dedupKey: 'k2' })
    const many = client.sendMany('a', [{ body: '3', dedupKey: 'k3' }])
    await unanswered(cable, async () => (await engine.stats('a')).ready === 3)
    const [id, tried, [third]] = await Promise.all([sending, trying, many])
    const lying = await engine.peek('a', { max: 9 })
    expect(lying.map((message) => message.id)).toEqual([id, tried.outcome === 'sent' && tried.id, third])
  })

  test('a receive without a lease rejects unknown', async () => {
    const { cable, client, engine } = await cabled()
    await engine.send('a', '1')
    const receiving = rejection(client.receive('a', { leaseMs: 0 }))
    await unanswered(cable, async () => (await engine.stats('a')).delivered === 1)
    expect(await receiving).toMatchObject({ code: 'unknown' })
  })

  test('a receive that does not say for how long rejects unknown where the queue gives no leases', async () => {
    const { cable, client, engine } = await cabled()
    await engine.create('brief', { leaseMs: 0 })
    await engine.send('brief', '1')
    const all = [client.receive('brief'), client.receive('brief', { timeoutMs: 60_000 })].map(rejection)
    await unanswered(cable, async () => (await engine.stats('brief')).delivered === 1)
    const unknown = { code: 'unknown' }
    expect(await Promise.all(all)).toMatchObject([unknown, unknown])
    await engine.send('brief', '2')
    expect(texts(await client.receive('brief'))).toEqual(['2'])
  })

  test('a receive whose time is over before the next one rejects unknown, unless it asks for a lease', async () => {
    const { cable, client, engine } = await cabled()
    await engine.create('brief', { leaseMs: 0 })
    await engine.sendMany('brief', [{ body: '1' }, { body: '2' }])
    const all = [client.receive('brief', now), client.receive('brief', { ...now, leaseMs: 9_000 })].map(rejection)
    cable.stalls = 'down'
    await until(async () => (await engine.stats('brief')).delivered === 2)
    await cable.close()
    expect(await Promise.all(all)).toMatchObject([{ code: 'unknown' }, { code: 'unreachable' }])
  })

  test('a receive whose time is over before the next server takes it rejects unknown', async () => {
    let accepted = 0
    const url = await saying((socket, encoder) => {
      const decoder = clientDecoder(DEFAULT_MAX_FRAME_BYTES)
      const maxRequests = ++accepted === 1 ? 2 : 1
      encoder.welcome({ ...GREETING, maxRequests, version: 1 })
      socket.write(encoder.take())
      let asked = 0
      socket.on('data', (chunk: Buffer) =>
        decoder.push(chunk, ({ kind }) => {
          if (kind === 'receive' && ++asked === 2) socket.destroy()
        }),
      )
    })
    const client = await connected(url, { retryDelayMs: 1 })
    client.receive('a').catch(() => {}) // It takes all that the next one takes.
    expect(await rejection(client.receive('a', { timeoutMs: 300 }))).toMatchObject({ code: 'unknown' })
  })

  test('a receive that is refused when it is asked again says so of a message, and unknown of a token', async () => {
    const { cable, client, engine } = await cabled()
    await engine.create('b', { order: 'priority' })
    await engine.send('b', '1')
    const receiving = rejection(client.receive('b', { maxMessageBytes: 5 }))
    await unanswered(cable, async () => {
      const isTaken = (await engine.stats('b')).delivered === 1
      if (isTaken) await engine.send('b', 'larger', { priority: 1 })
      return isTaken
    })
    expect(await receiving).toMatchObject({ code: 'too-large' })

    let accepted = 0
    const url = await saying((socket, encoder) => {
      if (++accepted === 1) {
        encoder.welcome({ ...GREETING, version: 1 })
        socket.once('data', () => socket.once('data', () => socket.destroy()))
      } else encoder.goodbye(new QueueError('refused', 'the token is not known'))
      socket.write(encoder.take())
    })
    const other = await connected(url, { retryDelayMs: 1 })
    const all = [other.receive('a'), other.receive('a', { leaseMs: 9_000 })].map(rejection)
    expect(await Promise.all(all)).toMatchObject([{ code: 'unknown', cause: { code: 'refused' } }, { code: 'refused' }])
  })

  test('a send that is refused when it is sent again may have been done before', async () => {
    const { cable, client, engine } = await cabled()
    await engine.create('small', { capacity: 1, dedupMs: 0 })
    const trying = rejection(client.trySend('small', '1', { dedupKey: 'k' }))
    await unanswered(cable, async () => (await engine.stats('small')).ready === 1)
    const unknown = { code: 'unknown', bodies: ['1'], dedupKeys: ['k'], cause: { code: 'full' } }
    expect(await trying).toMatchObject(unknown)
    await engine.purge('small')
    const sending = rejection(client.send('small', '1', { dedupKey: 'k' }))
    await unanswered(cable, async () => (await engine.stats('small')).ready === 1)
    expect(await sending).toMatchObject(unknown)
    await engine.purge('small')
    const gone = rejection(client.send('small', '1', { dedupKey: 'k' }))
    await unanswered(cable, async () => {
      const isThere = (await engine.stats('small')).ready === 1
      if (isThere) await engine.delete('small')
      return isThere
    })
    expect(await gone).toMatchObject({ code: 'missing' })
  })

  test('an acknowledgement is sent again, and tells how things are', async () => {
    const { cable, client, engine } = await cabled()
    await client.sendMany('a', [{ body: '1' }, { body: '2' }])
    const [first, second] = await client.receive('a', { max: 2 })
    const acking = client.ack(first?.lease ?? '')
    const giving = client.nack(second?.lease ?? '')
    await unanswered(cable, async () => (await engine.stats('a')).inFlight === 0)
    expect([await acking, await giving]).toEqual(['missing', 'requeued'])
    expect(await engine.stats('a')).toMatchObject({ acked: 1, ready: 1 })
  })

  test('what can be asked twice is, what cannot rejects unknown', async () => {
    const { cable, client, server } = await cabled()
    const before = server.stats().requests.purge
    const safe = [
      client.create('b'),
      client.list(),
      client.stats('a'),
      client.peek('a'),
      client.pause('a'),
      client.resume('a'),
    ]
    const unsafe = [client.delete('b'), client.redrive('a'), client.purge('a')].map(rejection)
    await unanswered(cable, () => server.stats().requests.purge === before + 1)
    expect((await Promise.all(safe))[0]).toBe(true) // It was deleted in between.
    for (const each of await Promise.all(unsafe)) expect(each).toMatchObject({ code: 'unknown' })
  })

  test('a send that is asked for again and aborted then may have been done: the server may not know that the first is lost', async () => {
    const controller = new AbortController()
    let accepted = 0
    const url = await saying((socket, encoder) => {
      const decoder = clientDecoder(DEFAULT_MAX_FRAME_BYTES)
      const isFirst = ++accepted === 1
      encoder.welcome({ ...GREETING, version: 1 })
      socket.write(encoder.take())
      socket.on('data', (chunk: Buffer) =>
        decoder.push(chunk, ({ kind }, number) => {
          if (kind === 'send' && isFirst) socket.destroy()
          else if (kind === 'send') controller.abort('enough')
          if (kind !== 'cancel') return
          encoder.cancelled(number)
          socket.write(encoder.take())
        }),
      )
    })
    const client = await connected(url, { retryDelayMs: 1 })
    const sending = client.send('a', '1', { dedupKey: 'k', signal: controller.signal })
    expect(await rejection(sending)).toMatchObject({ code: 'unknown', bodies: ['1'], cause: 'enough' })
  })
})
