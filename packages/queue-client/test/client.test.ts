import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { promisify } from 'node:util'
import { QueueError } from '@millrace/queue'
import { ServerEncoder } from '@millrace/queue/protocol'
import { describe, expect, onTestFinished, test } from 'vitest'
import { connectQueues } from '../src/index.ts'
import { Cable } from './cable.ts'
import { connected, rejection, serve, texts, until } from './support.ts'

const LIMITS = {
  maxFrameBytes: 2 ** 20,
  maxRequests: 8,
  maxRequestBytes: 2 ** 20,
  quietMs: 1000,
  durability: undefined,
}

/** A server that says what it is told to who connects. */
async function saying(say: (socket: Socket, encoder: ServerEncoder) => void): Promise<string> {
  const server = createServer((socket) => {
    socket.on('error', () => {})
    say(socket, new ServerEncoder(2 ** 20))
  })
  server.listen({ host: '127.0.0.1', port: 0 })
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  return `millrace://127.0.0.1:${(server.address() as { port: number }).port}`
}

describe('connectQueues', () => {
  test('takes a URL, or an address', async () => {
    const { at } = await serve()
    for (const where of [at.url, new URL(at.url), { port: at.port }, { host: 'localhost', port: at.port }]) {
      const client = await connectQueues(where)
      expect([client.state, client.connections, client.pending, client.lastError]).toEqual([
        'connected',
        1,
        0,
        undefined,
      ])
      await client.close()
    }
  })

  test('rejects unreachable where nobody listens, and where nobody greets in time', async () => {
    expect(await rejection(connectQueues('millrace://127.0.0.1:1'))).toMatchObject({
      code: 'unreachable',
      message: expect.stringContaining('127.0.0.1:1: connect ECONNREFUSED'),
    })
    const silent = await saying(() => {})
    expect(await rejection(connectQueues(silent, { connectTimeoutMs: 20 }))).toMatchObject({ code: 'unreachable' })
    const ending = await saying((socket) => socket.end())
    expect(await rejection(connectQueues(ending))).toMatchObject({ code: 'unreachable' })
  })

  test('rejects protocol where something else is spoken, or another version', async () => {
    const http = await saying((socket) => socket.write('HTTP/1.1 400 Bad Request\r\n\r\n'))
    expect(await rejection(connectQueues(http))).toMatchObject({ code: 'protocol' })
    const newer = await saying((socket, encoder) => {
      encoder.welcome({ ...LIMITS, version: 2 })
      socket.write(encoder.take())
    })
    expect(await rejection(connectQueues(newer))).toMatchObject({
      code: 'protocol',
      message: expect.stringContaining('version 2'),
    })
  })

  test('rejects busy where there are too many connections', async () => {
    const { at } = await serve({ limits: { maxConnections: 1 } })
    await connected(at)
    expect(await rejection(connectQueues(at.url))).toMatchObject({ code: 'busy' })
  })

  test('rejects with the reason of its signal, and leaves no listener', async () => {
    const silent = await saying(() => {})
    const controller = new AbortController()
    const connecting = connectQueues(silent, { signal: controller.signal })
    controller.abort('enough')
    await expect(connecting).rejects.toBe('enough')
    await expect(connectQueues(silent, { signal: AbortSignal.abort('before') })).rejects.toBe('before')
  })

  test('refuses misuse by name', async () => {
    const wrong: [unknown, object, string][] = [
      ['http://host', {}, 'url: expected a URL that begins with millrace://'],
      ['millrace://', {}, 'url: expected a URL with a host'],
      ['millrace://h/path', {}, 'url: expected a URL that ends with the port'],
      ['nonsense', {}, 'url: expected a URL such as'],
      [7, {}, 'expected a URL or an address, got 7'],
      [{ prot: 1 }, {}, 'address: unknown option "prot"'],
      [{ port: 0 }, {}, 'port: expected an integer from 1'],
      [{ host: '' }, {}, 'host: expected one, got ""'],
      [{}, { tls: 1 }, 'tls: expected a boolean'],
      [{}, { signal: 1 }, 'signal: expected an AbortSignal, got 1'],
      [{}, { onStateChange: 1 }, 'onStateChange: expected a function, got 1'],
      [{}, { retry: 1 }, 'unknown option "retry"'],
      [{}, { quietMs: 0 }, 'quietMs: expected'],
      [{}, { maxPending: 0 }, 'maxPending: expected an integer from 1, got 0'],
      [{}, { maxFrameBytes: 1 }, 'maxFrameBytes: expected an integer from 2097152, got 1'],
    ]
    for (const [where, options, words] of wrong) {
      const error = await rejection(connectQueues(where as never, options as never))
      expect([error.name, error.message]).toEqual([
        expect.stringMatching(/TypeError|RangeError/),
        expect.stringContaining(words),
      ])
    }
  })
})

describe('a token', () => {
  const token = 'open sesame/öffne dich'
  const other = 'a token of nobody at all'

  test('is told by option, in the address or in the URL', async () => {
    const { at } = await serve({ tokens: [{ token }] })
    const encoded = encodeURIComponent(token)
    await connected(at, { token })
    await (await connectQueues({ port: at.port, token })).close()
    await (await connectQueues(`millrace://${encoded}@127.0.0.1:${at.port}`)).close()
    await (await connectQueues(`millrace://user:${encoded}@127.0.0.1:${at.port}`)).close()
    await (await connectQueues(`millrace://${encodeURIComponent(other)}@127.0.0.1:${at.port}`, { token })).close()
  })

  test('that is wrong is refused, and shown nowhere', async () => {
    const { at } = await serve({ tokens: [{ token }] })
    const errors = [
      await rejection(connectQueues(at.url, { token: other })),
      await rejection(connectQueues(at.url.replace('//', `//${encodeURIComponent(other)}@`))),
      await rejection(connectQueues(`millrace://${encodeURIComponent(other)}@127.0.0.1:1`)),
      await rejection(connectQueues(`millrace://${other}@127.0.0.1:x`)),
      await rejection(connectQueues(`http://${encodeURIComponent(other)}@127.0.0.1`)),
      await rejection(connectQueues({ port: 1, token: 'x'.repeat(2000) })),
    ]
    const { inspect } = await import('node:util')
    const shown = inspect([errors, await connected(at, { token })], { depth: 9, showHidden: true })
    expect(errors[0]).toMatchObject({ code: 'refused' })
    for (const secret of [token, other, encodeURIComponent(other), 'xxxxx']) expect(shown).not.toContain(secret)
  })

  test('gives the rights that it gives', async () => {
    const { at, engine } = await serve({ tokens: [{ token, queues: ['a*'], rights: ['send'] }] })
    await engine.create('a1')
    const client = await connected(at, { token })
    await client.send('a1', 'x')
    expect(await rejection(client.receive('a1'))).toMatchObject({ code: 'refused' })
    expect(await rejection(client.send('b', 'x'))).toMatchObject({ code: 'refused', bodies: ['x'] })
  })
})

describe('requests', () => {
  test('of one turn go out in one piece', async () => {
    const { at } = await serve()
    const cable = await Cable.to(at.port)
    const client = await connected(cable)
    await client.create('a')
    const [pair] = cable.pairs
    const before = pair?.pieces.length ?? 0
    const sending = Array.from({ length: 100 }, (_, i) => client.send('a', String(i)))
    const receiving = client.receive('a', { max: 100 })
    await Promise.all(sending)
    expect((pair?.pieces.length ?? 0) - before).toBe(1)
    // Also those that are made when the answers of one piece come.
    const got = await receiving
    const acks = got.map(async ({ lease }) => client.ack(lease))
    await Promise.all(acks)
    expect((pair?.pieces.length ?? 0) - before).toBe(2)
  })

  test('beyond what the server takes wait here, and are all answered', async () => {
    const { at, server } = await serve({ limits: { maxRequests: 16, maxRequestBytes: 4096 } })
    const client = await connected(at)
    await client.create('a')
    const all = Array.from({ length: 1000 }, (_, i) => String(i))
    await Promise.all(all.map((body) => client.send('a', body.padEnd(100))))
    const got = (await client.receive('a', { max: 1000, leaseMs: 0 })).map((message) => message.text().trim())
    expect(got).toEqual(all)
    expect(server.stats().failures.busy).toBe(0)
  })

  test('that wait do not keep back what they wait for', async () => {
    const { at } = await serve({ limits: { maxRequests: 8 } })
    const client = await connected(at)
    await client.create('a')
    await client.create('full', { capacity: 1, overflow: 'wait' })
    await client.send('full', '0')
    const sending = Array.from({ length: 100 }, (_, i) => client.send('full', String(i + 1)))
    const receiving = Array.from({ length: 100 }, () => client.receive('a', { leaseMs: 0 }))
    for (let i = 0; i < 100; i++) {
      const [message] = await client.receive('full', { timeoutMs: 0 })
      await client.ack(message?.lease ?? '')
      await sending[i]
      await client.trySend('a', String(i))
    }
    expect((await Promise.all(receiving)).flatMap(texts).sort()).toEqual(
      Array.from({ length: 100 }, (_, i) => String(i)).sort(),
    )
  })

  test('are refused beyond maxPending, with the bodies', async () => {
    const { at } = await serve()
    const client = await connected(at, { maxPending: 2 })
    await client.create('a')
    const receiving = [client.receive('a', { leaseMs: 0 }), client.receive('a', { leaseMs: 0 })]
    const refused = await rejection(client.send('a', 'x', { dedupKey: 'k' }))
    expect(refused).toMatchObject({ code: 'busy', bodies: ['x'], dedupKeys: ['k'] })
    expect(client.pending).toBe(2)
    const other = await connected(at)
    await other.sendMany('a', [{ body: '1' }, { body: '2' }])
    await Promise.all(receiving)
    await client.send('a', 'x')
  })

  test('are refused from maxPendingBytes of bodies on; what has no body is not', async () => {
    const { at } = await serve()
    const client = await connected(at, { maxPendingBytes: 10 })
    await client.create('a')
    const sending = client.send('a', 'a body of 19 bytes.')
    expect(await rejection(client.send('a', 'x'))).toMatchObject({ code: 'busy', bodies: ['x'] })
    await Promise.all([client.list(), sending])
    await client.send('a', 'x')
  })

  test('that are misused are refused before anything is sent', async () => {
    const { at } = await serve()
    const client = await connected(at)
    const before = at.port
    expect(await rejection(client.send('a', 7 as never))).toBeInstanceOf(TypeError)
    expect(await rejection(client.send(7 as never, 'x'))).toBeInstanceOf(TypeError)
    expect(await rejection(client.send('a', 'x', { headers: { a: '\ud800' } }))).toBeInstanceOf(TypeError)
    expect(await rejection(client.receive('a', { max: 0 }))).toBeInstanceOf(RangeError)
    expect(await rejection(client.ack(''))).toBeInstanceOf(TypeError)
    expect([before, client.pending]).toEqual([at.port, 0])
  })

  test('that are too large are refused here, with the body', async () => {
    const { at, server } = await serve({ limits: { maxFrameBytes: 2 ** 16 } })
    const client = await connected(at)
    await client.create('a')
    const body = new Uint8Array(2 ** 16)
    expect(await rejection(client.send('a', body))).toMatchObject({ code: 'too-large', bodies: [body] })
    await client.send('a', new Uint8Array(2 ** 15))
    expect([server.stats().cut['too-large'], client.connections]).toEqual([0, 1])
  })

  test('a message larger than this client takes stays in the queue', async () => {
    const { at, engine } = await serve()
    await engine.create('a')
    await engine.send('a', new Uint8Array(2 ** 22))
    const client = await connected(at, { maxFrameBytes: 2 ** 21 })
    expect(await rejection(client.receive('a'))).toMatchObject({ code: 'too-large' })
    await until(async () => (await engine.stats('a')).ready === 1)
  })
})

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
      for (let turns = 0; turns < round % 5; turns++) await new Promise((resolve) => setImmediate(resolve))
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

  test('that the server does not answer leaves a send unknown', async () => {
    const { at } = await serve()
    const cable = await Cable.to(at.port)
    const client = await connected(cable)
    await client.create('a')
    cable.stalls = 'both'
    const controller = new AbortController()
    const sending = client.send('a', 'x', { signal: controller.signal })
    setImmediate(() => controller.abort('enough'))
    expect(await rejection(sending)).toMatchObject({ code: 'unknown', bodies: ['x'], cause: 'enough' })
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

  test('does not wait for a server that does not answer longer than it is told', async () => {
    const { at } = await serve()
    const cable = await Cable.to(at.port)
    const client = await connected(cable)
    await client.create('a')
    cable.stalls = 'both'
    const [sending, receiving] = [client.send('a', 'x'), client.receive('a')].map(rejection)
    await new Promise((resolve) => setImmediate(resolve))
    await client.close({ timeoutMs: 30 })
    expect(await sending).toMatchObject({ code: 'unknown', bodies: ['x'] })
    expect(await receiving).toMatchObject({ code: 'closed' })
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
      { timeout: 10_000 },
    )

  test('ends when nobody waits for its client, closed or not', async () => {
    const { at } = await serve()
    expect((await program(at.url, `await queues.create('a'); await queues.close(); console.log('done')`)).stdout).toBe(
      'done\n',
    )
    expect((await program(at.url, `await queues.list(); console.log('done')`)).stdout).toBe('done\n')
  })

  test('stays while somebody waits, also without a connection', async () => {
    const { at, engine, server } = await serve()
    await engine.create('b')
    const running = program(
      at.url,
      `const [message] = await queues.receive('b', { leaseMs: 0 }); console.log(message.text())`,
    )
    await until(async () => (await engine.stats('b')).waitingReceives === 1)
    await server.close({ timeoutMs: 0 })
    await serve({}, engine, at.port)
    await until(async () => (await engine.stats('b')).waitingReceives === 1)
    await engine.send('b', 'tea')
    expect((await running).stdout).toBe('tea\n')
  })
})

test('an error of the server is one here, and an answer that fits nothing ends the connection', async () => {
  const url = await saying((socket, encoder) => {
    encoder.welcome({ ...LIMITS, version: 1 })
    socket.write(encoder.take())
    socket.once('data', () =>
      socket.once('data', () => {
        encoder.full(1)
        socket.write(encoder.take())
      }),
    )
  })
  const client = await connected(url)
  const asking = client.delete('a')
  expect(await rejection(asking)).toMatchObject({ code: 'unknown', cause: { code: 'protocol' } })
  expect(client.lastError).toBeInstanceOf(QueueError)
})

test('what one thousand clients leave behind is nothing', async () => {
  const { at, server } = await serve()
  const handles = () =>
    process.getActiveResourcesInfo().filter((kind) => kind === 'TCPSocketWrap' || kind === 'Timeout').length
  const before = handles()
  for (let round = 0; round < 10; round++) {
    const clients = await Promise.all(Array.from({ length: 100 }, () => connectQueues(at.url)))
    await Promise.all(clients.map((client) => client.list()))
    await Promise.all(clients.map((client) => client.close()))
  }
  await until(() => server.stats().connections === 0)
  await until(() => handles() <= before)
})
