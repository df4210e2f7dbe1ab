import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { back, cabled, unanswered } from './cabled.ts'
import { connected, now, rejection, serve, texts, turn, until } from './support.ts'

describe('when the connection is lost', () => {
  test('it is made again, and the state tells', async () => {
    const states: unknown[] = []
    const { cable, client } = await cabled({ onStateChange: (state, error) => states.push([state, error?.code]) })
    cable.cut()
    await back(client)
    cable.cut()
    await back(client, 3)
    expect(await client.list()).toEqual(['a'])
    await client.close()
    const [down, up] = [
      ['reconnecting', 'unreachable'],
      ['connected', 'unreachable'],
    ]
    await until(() => states.length === 5)
    expect(states).toEqual([down, up, down, up, ['closed', 'unreachable']])
  })

  test('it is tried again after half a second at most, for however long that was in vain', async () => {
    const { cable, client } = await cabled()
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    onTestFinished(() => void vi.useRealTimers())
    await cable.close()
    await until(() => client.state === 'reconnecting')
    for (let attempt = 0; attempt < 12; attempt++) {
      const { lastError } = client
      await vi.advanceTimersByTimeAsync(500)
      await until(() => client.lastError !== lastError)
    }
    await cable.open()
    await vi.advanceTimersByTimeAsync(500)
    await back(client)
  })

  test('it is tried again soon if it had held for half a second, and later each time if it had not', async () => {
    const { cable, client } = await cabled()
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
    onTestFinished(() => void vi.useRealTimers())
    const lose = async (): Promise<void> => {
      cable.cut()
      await until(() => client.state === 'reconnecting')
    }
    for (let connections = 2; connections < 8; connections++) {
      await lose()
      await vi.advanceTimersByTimeAsync(500)
      await back(client, connections)
    }
    await lose()
    await vi.advanceTimersByTimeAsync(249) // The eighth pause has half a second, or half of it.
    expect([client.state, cable.accepted]).toEqual(['reconnecting', 7])
    await vi.advanceTimersByTimeAsync(251)
    await back(client, 8)
    await vi.advanceTimersByTimeAsync(500)
    await lose()
    await vi.advanceTimersByTimeAsync(25)
    await back(client, 9)
  })

  test('requests that were not written are sent on the next one', async () => {
    const { cable, client, engine } = await cabled()
    await cable.close()
    await until(() => client.state === 'reconnecting')
    const sending = [client.send('a', '1'), client.trySend('a', '2'), client.sendMany('a', [{ body: '3' }])]
    const purging = client.redrive('a')
    expect(client.pending).toBe(4)
    await cable.open()
    await Promise.all([...sending, purging])
    expect(texts(await engine.peek('a', { max: 9 }))).toEqual(['1', '2', '3'])
  })

  test('requests of all kinds are then sent in the order they were made', async () => {
    const { cable, client } = await cabled()
    await cable.close()
    await until(() => client.state === 'reconnecting')
    const asked = [
      client.create('b'),
      client.send('b', '1'),
      client.receive('b', { leaseMs: 0 }).then(texts),
      client.sendMany('b', [{ body: '2' }]),
      client.purge('b'),
      client.send('b', '3'),
      client.delete('b'),
    ]
    await cable.open()
    expect(await Promise.all(asked)).toEqual([true, '1', ['1'], ['2'], 1, '3', { ready: 1, delayed: 0, inFlight: 0 }])
  })

  test('a receive that waits goes on by itself', async () => {
    const { cable, client, engine } = await cabled()
    const receiving = Array.from({ length: 10 }, () => client.receive('a'))
    await until(async () => (await engine.stats('a')).waitingReceives === 10)
    cable.cut()
    await until(async () => (await engine.stats('a')).waitingReceives === 0)
    await until(async () => (await engine.stats('a')).waitingReceives === 10)
    for (let i = 0; i < 10; i++) await engine.send('a', String(i))
    expect((await Promise.all(receiving)).flatMap(texts)).toEqual(Array.from({ length: 10 }, (_, i) => String(i)))
  })

  test('a message received before can be settled after', async () => {
    const { cable, client } = await cabled()
    await client.sendMany('a', [{ body: '1' }, { body: '2' }, { body: '3' }])
    const [first, second, third] = await client.receive('a', { max: 3 })
    cable.cut()
    expect(await client.ack(first?.lease ?? '')).toBe('acked')
    cable.cut()
    expect(await client.nack(second?.lease ?? '')).toBe('held')
    cable.cut()
    expect(await client.extend(third?.lease ?? '', 5_000)).toBe('held')
  })

  test('messages that were on their way come again when their lease is over', async () => {
    const { cable, client, engine } = await cabled()
    await engine.send('a', '1')
    const receiving = client.receive('a', { leaseMs: 50 })
    await unanswered(cable, async () => (await engine.stats('a')).delivered === 1)
    const [message] = await receiving
    expect([message?.text(), message?.deliveries]).toEqual(['1', 2])
  })

  test('of an answer that arrives in part everything comes again; without leases the part is received', async () => {
    const { cable, client, engine } = await cabled()
    const all = [0, 1, 2, 3]
    for (const i of all) await engine.send('a', new Uint8Array(600_000).fill(i))
    cable.cutAfter = { direction: 'down', bytes: 1_500_000 }
    cable.onConnection = () => {
      cable.cutAfter = undefined
    }
    const got = new Set<number | undefined>()
    while (got.size < 4) {
      const messages = await client.receive('a', { max: 4, leaseMs: 200 })
      for (const { body, lease } of messages) if ((await client.ack(lease)) === 'acked') got.add(body[0])
    }
    for (const i of all) await engine.send('a', new Uint8Array(600_000).fill(i))
    cable.cutAfter = { direction: 'down', bytes: [...cable.pairs].reduce((sum, { down }) => sum + down, 1_500_000) }
    const part = await client.receive('a', { max: 4, leaseMs: 0 })
    expect([part.length > 0, part.length < 4]).toEqual([true, true])
  })

  test('what has come of an answer that is not complete goes back, and does not wait for the end of its lease', async () => {
    const { cable, client, engine } = await cabled()
    for (const i of [0, 1]) await engine.send('a', new Uint8Array(600_000).fill(i))
    cable.cutAfter = { direction: 'down', bytes: 700_000 }
    cable.onConnection = () => {
      cable.cutAfter = undefined
    }
    const [first] = await client.receive('a', { max: 2, leaseMs: 3_600_000 })
    expect([first?.body[0], first?.deliveries]).toEqual([0, 2])
  })

  test('an abort ends what waits for the next connection at once, and leaves no place', async () => {
    const { cable, client } = await cabled()
    await cable.close()
    await until(() => client.state === 'reconnecting')
    const controller = new AbortController()
    const { signal } = controller
    const all = [
      client.send('a', '1', { signal }),
      client.receive('a', { signal }),
      client.sendMany('a', [], { signal }),
    ]
    controller.abort('enough')
    for (const each of all) await expect(each).rejects.toBe('enough')
    expect(client.pending).toBe(0)
  })

  test('requests that come and go without a connection leave nothing behind', async () => {
    const { cable, client } = await cabled()
    const warnings: unknown[] = []
    const onWarning = (warning: unknown) => void warnings.push(warning)
    process.on('warning', onWarning)
    await cable.close()
    await until(() => client.state === 'reconnecting')
    for (let i = 0; i < 50; i++) await rejection(client.receive('a', now))
    await client.close()
    for (let i = 0; i < 50; i++) await rejection(client.list())
    await turn()
    process.off('warning', onWarning)
    expect(warnings).toEqual([])
  })

  test('a time to wait ends it: unreachable, or unknown if it was written before', async () => {
    const { cable, client, engine } = await cabled()
    const written = rejection(client.send('a', '1', { dedupKey: 'k', timeoutMs: 500 }))
    await unanswered(cable, async () => (await engine.stats('a')).ready === 1)
    await cable.close()
    await until(() => client.state === 'reconnecting')
    const others = [
      client.receive('a', { timeoutMs: 20 }),
      client.receive('a', now),
      client.send('a', '2', { timeoutMs: 20 }),
    ]
    expect(await Promise.all([written, ...others.map(rejection)])).toMatchObject([
      { code: 'unknown', bodies: ['1'], dedupKeys: ['k'] },
      { code: 'unreachable' },
      { code: 'unreachable' },
      { code: 'unreachable', bodies: ['2'] },
    ])
  })

  test('unreachableMs ends it, but for a receive that waits for ever', async () => {
    const { cable, client, engine } = await cabled({ unreachableMs: 30 })
    await cable.close()
    await until(() => client.state === 'reconnecting')
    const receiving = client.receive('a')
    expect(await rejection(client.send('a', '1'))).toMatchObject({ code: 'unreachable', bodies: ['1'] })
    expect(await rejection(client.list())).toMatchObject({ code: 'unreachable', cause: { code: 'unreachable' } })
    await cable.open()
    await engine.send('a', '2')
    expect(texts(await receiving)).toEqual(['2'])
  })

  test('a server that refuses the token now ends what waits; it is tried on', async () => {
    const token = 'a-token-of-sixteen-characters'
    const { at, engine, server } = await serve({ tokens: [{ token }] })
    const client = await connected(at, { token })
    await client.create('a')
    const receiving = rejection(client.receive('a'))
    await until(async () => (await engine.stats('a')).waitingReceives === 1)
    await server.close()
    const stricter = await serve({ tokens: [{ token: `${token}!` }] }, engine, at.port)
    expect(await receiving).toMatchObject({ code: 'refused' })
    await stricter.server.close()
    await serve({ tokens: [{ token }] }, engine, at.port)
    expect(await client.list()).toEqual(['a'])
  })
})
