import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { Cable } from './cable.ts'
import { cabled, unanswered } from './cabled.ts'
import { connected, rejection, serve, turn, until } from './support.ts'

describe('an abort', () => {
  test('of receives, by the thousand, loses nothing and leaves nothing', async () => {
    const { at, engine } = await serve({ limits: { maxRequests: 64 } })
    const client = await connected(at)
    await client.create('a')
    let got = 0
    for (let round = 0; round < 20; round++) {
      const controller = new AbortController()
      const receiving = Array.from({ length: 200 }, () =>
        client.receive('a', { signal: controller.signal, leaseMs: 0 }),
      )
      const sending = Array.from({ length: 20 }, (_, i) => engine.send('a', String(i)))
      for (let turns = 0; turns < round % 5; turns++) await turn()
      controller.abort('enough')
      for (const each of await Promise.allSettled(receiving)) {
        if (each.status === 'fulfilled') got += each.value.length
        else expect(each.reason).toBe('enough')
      }
      await Promise.all(sending)
    }
    const rest = await client.receive('a', { max: 9_999, timeoutMs: 0, leaseMs: 0 })
    expect([got + rest.length, client.pending]).toEqual([400, 0])
    expect((await engine.stats('a')).waitingReceives).toBe(0)
  })

  test('of a send that waits for room sends nothing, and frees its place', async () => {
    const { at, engine } = await serve()
    const client = await connected(at)
    await client.create('a', { capacity: 1, overflow: 'wait' })
    await client.send('a', '1')
    const controller = new AbortController()
    const sending = client.send('a', '2', { signal: controller.signal })
    await until(async () => (await engine.stats('a')).waitingSends === 1)
    controller.abort('enough')
    await expect(sending).rejects.toBe('enough')
    expect(await engine.stats('a')).toMatchObject({ waitingSends: 0, ready: 1 })
  })

  test('of sends, by the hundred, tells of each whether it was sent', async () => {
    const { at, engine } = await serve({ limits: { maxRequests: 64 } })
    const client = await connected(at)
    await client.create('a', { capacity: 10, overflow: 'wait' })
    let sent = 0
    let got = 0
    for (let round = 0; round < 20; round++) {
      const controller = new AbortController()
      const sending = Array.from({ length: 100 }, (_, i) => client.send('a', String(i), { signal: controller.signal }))
      for (let turns = 0; turns < round % 5; turns++) await turn()
      controller.abort('enough')
      for (const each of await Promise.allSettled(sending)) {
        if (each.status === 'fulfilled') sent++
        else expect(each.reason).toBe('enough')
      }
      got += (await client.receive('a', { max: 5, timeoutMs: 0, leaseMs: 0 })).length
    }
    expect((await engine.stats('a')).sent).toBe(sent)
    expect([(await engine.stats('a')).ready, client.pending]).toEqual([sent - got, 0])
  })

  test('that the server does not answer ends a receive with the reason; what comes late goes back', async () => {
    const { at, engine } = await serve()
    const cable = await Cable.to(at.port)
    const client = await connected(cable)
    await client.create('a')
    const controller = new AbortController()
    const receiving = client.receive('a', { signal: controller.signal })
    await until(async () => (await engine.stats('a')).waitingReceives === 1)
    for (const { server } of cable.pairs) server.pause()
    await engine.send('a', '1')
    await until(async () => (await engine.stats('a')).inFlight === 1)
    controller.abort('enough')
    await expect(receiving).rejects.toBe('enough')
    expect((await engine.stats('a')).inFlight).toBe(1)
    for (const { server } of cable.pairs) server.resume()
    await until(async () => (await engine.stats('a')).ready === 1)
  })

  test('that the server does not answer leaves a send unknown, and a receive without a lease', async () => {
    const { at } = await serve()
    const cable = await Cable.to(at.port)
    const client = await connected(cable)
    await client.create('a')
    cable.stalls = 'both'
    const controller = new AbortController()
    const { signal } = controller
    const all = [client.send('a', 'x', { signal }), client.receive('a', { leaseMs: 0, signal })].map(rejection)
    setImmediate(() => controller.abort('enough'))
    expect(await Promise.all(all)).toMatchObject([
      { code: 'unknown', bodies: ['x'], cause: 'enough' },
      { code: 'unknown', cause: 'enough' },
    ])
  })
})

describe('close', () => {
  test('has what was asked answered, and ends what waits', async () => {
    const { at, engine, server } = await serve()
    const client = await connected(at)
    await client.create('a')
    await client.create('full', { capacity: 1, overflow: 'wait' })
    await client.send('full', '1')
    const waiting = [client.receive('a'), client.send('full', '2'), client.receive('a', { leaseMs: 0 })]
    const sending = Array.from({ length: 50 }, (_, i) => client.trySend('a', String(i)))
    const closing = client.close()
    const late = client.send('a', 'late')
    expect(await rejection(late)).toMatchObject({ code: 'closed', bodies: ['late'] })
    for (const each of await Promise.all(sending)) expect(each.outcome).toBe('sent')
    const outcomes = await Promise.allSettled(waiting)
    await closing
    expect(outcomes[1]).toMatchObject({ reason: { code: 'closed' } })
    const taken = outcomes[2]?.status === 'fulfilled' ? 1 : 0
    await until(async () => (await engine.stats('a')).ready === 50 - taken)
    expect([client.state, client.pending, server.stats().failures.closed]).toEqual(['closed', 0, 0])
  })

  test('gives back what comes for a receive that it ends', async () => {
    const { at, engine } = await serve()
    const cable = await Cable.to(at.port)
    const client = await connected(cable)
    await client.create('a')
    const receiving = rejection(client.receive('a', { leaseMs: 3_600_000 }))
    await until(async () => (await engine.stats('a')).waitingReceives === 1)
    for (const { server } of cable.pairs) server.pause()
    await engine.send('a', '1')
    await until(async () => (await engine.stats('a')).inFlight === 1)
    const closing = client.close()
    for (const { server } of cable.pairs) server.resume()
    await closing
    expect(await receiving).toMatchObject({ code: 'closed' })
    expect(await engine.stats('a')).toMatchObject({ ready: 1, inFlight: 0 })
  })

  test('ends also the sends that had to wait here, since the server took no more', async () => {
    const { at } = await serve({ limits: { maxRequests: 8 } })
    const client = await connected(at)
    await client.create('full', { capacity: 1, overflow: 'wait' })
    await client.send('full', '0')
    const sending = Array.from({ length: 50 }, (_, i) => rejection(client.send('full', String(i))))
    // None of them is waited for.
    await client.close({ timeoutMs: 3_600_000 })
    for (const each of await Promise.all(sending)) expect(each).toMatchObject({ code: 'closed' })
  })

  test('lets no send in where one leaves that waited in front of it', async () => {
    const { at, engine } = await serve()
    const client = await connected(at)
    await client.create('a', { capacityBytes: 10, overflow: 'wait' })
    await client.send('a', '12345')
    const sending = ['123456', '1', '2'].map((body) => rejection(client.send('a', body)))
    await until(async () => (await engine.stats('a')).waitingSends === 3)
    await client.close()
    expect(await Promise.all(sending)).toMatchObject([{ code: 'closed' }, { code: 'closed' }, { code: 'closed' }])
    expect((await engine.stats('a')).sent).toBe(1)
  })

  test('does not wait for a server that does not answer longer than it is told', async () => {
    const { at } = await serve()
    const cable = await Cable.to(at.port)
    const client = await connected(cable)
    await client.create('a')
    cable.stalls = 'both'
    const [sending, receiving] = [client.send('a', 'x'), client.receive('a')].map(rejection)
    await turn()
    await client.close({ timeoutMs: 30 })
    expect(await sending).toMatchObject({ code: 'unknown', bodies: ['x'] })
    expect(await receiving).toMatchObject({ code: 'closed' })
  })

  test('says that it may have been done of what was written on a connection that was lost', async () => {
    const { cable, client, engine } = await cabled()
    const sending = rejection(client.send('a', '1', { dedupKey: 'k' }))
    await unanswered(cable, async () => (await engine.stats('a')).ready === 1)
    await cable.close()
    await until(() => client.state === 'reconnecting')
    await client.close()
    expect(await sending).toMatchObject({ code: 'unknown', bodies: ['1'], dedupKeys: ['k'], cause: { code: 'closed' } })
  })

  test('without a connection ends everything at once', async () => {
    const { at, server } = await serve()
    const client = await connected(at)
    await server.close({ timeoutMs: 0 })
    await until(() => client.state === 'reconnecting')
    const all = [client.send('a', 'x'), client.receive('a'), client.list()].map(rejection)
    await client.close()
    for (const each of await Promise.all(all)) expect(each).toMatchObject({ code: 'closed' })
  })
})

describe('a process', () => {
  const run = promisify(execFile)
  const source = new URL('../src/index.ts', import.meta.url).href
  const program = (url: string, body: string) =>
    run(
      process.execPath,
      [
        '--conditions=@millrace/source',
        '--input-type=module',
        '-e',
        `
      import { connectQueues } from ${JSON.stringify(source)}
      const queues = await connectQueues(${JSON.stringify(url)})
      ${body}
    `,
      ],
      { timeout: 50_000 },
    )

  test('ends when nobody waits for its client, closed or not', async () => {
    const { at } = await serve()
    expect((await program(at.url, `await queues.create('a'); await queues.close(); console.log('done')`)).stdout).toBe(
      'done\n',
    )
    expect((await program(at.url, `await queues.list(); console.log('done')`)).stdout).toBe('done\n')
  })

  test('ends when nobody waits, also without a connection', async () => {
    const { at, server } = await serve()
    const running = program(
      at.url,
      `await queues.list()
      const watch = setInterval(() => {
        if (queues.state === 'connected') return
        clearInterval(watch)
        console.log('done')
      }, 5)`,
    )
    await until(() => server.stats().requests.list === 1)
    await server.close()
    expect((await running).stdout).toBe('done\n')
  })

  test('stays while somebody waits, also without a connection', async () => {
    const { at, engine, server } = await serve()
    await engine.create('b')
    const running = program(at.url, `const [message] = await queues.receive('b'); console.log(message.text())`)
    await until(async () => (await engine.stats('b')).waitingReceives === 1)
    await server.close({ timeoutMs: 0 })
    await serve({}, engine, at.port)
    await until(async () => (await engine.stats('b')).waitingReceives === 1)
    await engine.send('b', 'tea')
    expect((await running).stdout).toBe('tea\n')
  })
})
