import { once } from 'node:events'
import { connect } from 'node:net'
import { openQueues } from '@millrace/queue'
import { describe, expect, test } from 'vitest'
import type { MonitorOptions } from '../src/http/api.ts'
import { createMonitor } from '../src/http/monitor.ts'
import { watch } from './http-support.ts'

const engine = await openQueues({ path: ':memory:' })
const tokens = [{ token: 'owner-owner-owner' }]

async function statusFor(port: number, host: string, path = '/api/queues'): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  await once(socket, 'connect')
  socket.write(`GET ${path} HTTP/1.1\r\nhost: ${host}\r\nconnection: close\r\n\r\n`)
  let text = ''
  for await (const chunk of socket) text += chunk
  return text.slice(9, 12)
}

describe('createMonitor', () => {
  test.each<[object, string]>([
    [{ engine: {} }, 'createMonitor: engine: expected a queue engine, got [object Object]'],
    [{ engine, servers: { tcp: {} } }, 'createMonitor: servers: tcp: expected a queue server, got [object Object]'],
    [
      { engine, servers: { stats() {}, listen() {} } },
      'createMonitor: servers: expected servers by name, as in { main: server }, got one server',
    ],
    [
      { engine, servers: [{ stats() {} }] },
      'createMonitor: servers: expected servers by name, as in { main: server }, got an array',
    ],
    [{ engine, servers: 7 }, 'createMonitor: servers: expected servers by name, as in { main: server }, got 7'],
    [{ engine, tokens: [] }, 'createMonitor: tokens: expected an array with at least one'],
    [
      { engine, tokens: [{ token: 'short' }] },
      'createMonitor: token 0: expected 16 to 1024 characters of ASCII, none of them a space',
    ],
    [
      { engine, tokens: [{ ...tokens[0], rights: ['all'] }] },
      'createMonitor: token 0: rights: expected an array of send, receive, manage',
    ],
    [{ engine, names: ['a:1'] }, 'createMonitor: names: expected host names without a port, got "a:1"'],
    [{ engine, tls: {} }, 'createMonitor: tls: expected a key and a cert, got [object Object]'],
    [{ engine, engin: 1 }, 'createMonitor: unknown option "engin"; known: engine, servers, tokens, tls, names'],
  ])('refuses %j', (options, sentence) => {
    expect(() => createMonitor(options as MonitorOptions)).toThrow(new TypeError(sentence))
  })
})

describe('listen', () => {
  test('listens where only this machine comes, if nothing is said', async () => {
    expect((await watch()).url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
  })

  test('refuses an address that other machines reach without tokens and TLS, unless that is allowed', async () => {
    const allows = (what: string) => `unsafe: ['${what}'] allows it`
    for (const host of ['0.0.0.0', '::', '192.0.2.1', 'queues.example'])
      await expect(createMonitor({ engine }).listen({ host })).rejects.toThrow(allows('no-tokens'))
    await expect(createMonitor({ engine, tokens }).listen({ host: '0.0.0.0' })).rejects.toThrow(allows('no-tls'))
    const { url } = await watch({}, { host: '0.0.0.0', unsafe: ['no-tokens', 'no-tls'] })
    expect(url).toMatch(/^http:\/\/0\.0\.0\.0:\d+$/)
  })

  test('rejects with the error of the system when the port is in use', async () => {
    const { port } = await watch()
    await expect(createMonitor({ engine }).listen({ port })).rejects.toMatchObject({ code: 'EADDRINUSE' })
  })

  test('refuses wrong options, and a second call', async () => {
    await using monitor = createMonitor({ engine })
    await expect(monitor.listen({ port: -1 })).rejects.toThrow(RangeError)
    await expect(monitor.listen({ host: '' })).rejects.toThrow(TypeError)
    await monitor.listen()
    await expect(monitor.listen()).rejects.toThrow('listen: it has been called before')
  })
})

describe('a monitor at a loopback address', () => {
  test('is not reached by the name of a page that was given that address', async () => {
    const { port } = await watch()
    for (const host of ['evil.example', 'EVIL.example:80', 'localhost.evil.example'])
      for (const path of ['/', '/health', '/metrics', '/api/queues', '/nothing'])
        expect([host, path, await statusFor(port, host, path)]).toEqual([host, path, '403'])
  })

  test('is reached by localhost, by loopback addresses, and by the names given', async () => {
    const { port } = await watch({ names: ['Queues.internal'] })
    for (const host of ['localhost', 'LOCALHOST:80', '127.0.0.1', '127.9.9.9:1', '[::1]:80', 'queues.internal:8'])
      expect([host, await statusFor(port, host)]).toEqual([host, '200'])
  })
})

describe('close', () => {
  test('ends the monitor and not the engine', async () => {
    const watched = await watch()
    await watched.get('/health')
    await Promise.all([watched.close(), watched.close()])
    await expect(watched.get('/health')).rejects.toThrow()
    expect(await watched.engine.list()).toEqual([])
  })

  test('ends one that never listened', async () => {
    await createMonitor({ engine }).close()
  })
})

test('an answer is kept by nobody, and used by no other page', async () => {
  const { get } = await watch()
  const { headers } = await get('/')
  expect(Object.fromEntries(headers)).toMatchObject({
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'cross-origin-resource-policy': 'same-origin',
    'content-security-policy': expect.stringMatching(
      /^default-src 'none'; script-src 'sha256-[^']+'; style-src 'sha256-/,
    ),
  })
})
