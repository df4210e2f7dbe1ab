import { getEventListeners } from 'node:events'
import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import { connectQueues } from '../src/index.ts'
import { GREETING, saying } from './saying.ts'
import { connected, rejection, serve, until } from './support.ts'

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
    expect(await rejection(connectQueues(http))).toMatchObject({
      code: 'protocol',
      message: expect.stringMatching(/: it begins with "HTTP": an HTTP server answered$/),
    })
    const newer = await saying((socket, encoder) => {
      encoder.welcome({ ...GREETING, version: 2 })
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
    const { at } = await serve()
    const { signal } = new AbortController()
    await (await connectQueues(at.url, { signal })).close()
    expect([getEventListeners(controller.signal, 'abort'), getEventListeners(signal, 'abort')]).toEqual([[], []])
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
  const token = 'open:sesame/@%and?close'
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
