import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { connect as connectPlain } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect } from 'node:tls'
import { promisify } from 'node:util'
import { openQueues } from '@millrace/queue'
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { createServer, type ListenOptions, type ServerLimits } from '../src/index.ts'
import { greeted, Peer, rawPeer, serve, until } from './support.ts'

const TOKEN = 'a-token-that-is-long-enough'
let tls: { key: Buffer; cert: Buffer }

beforeAll(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-'))
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
  const options = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-subj', '/CN=localhost']
  await promisify(execFile)('openssl', ['req', '-x509', ...options, '-keyout', key, '-out', cert])
  tls = { key: await readFile(key), cert: await readFile(cert) }
  await rm(folder, { recursive: true })
})

async function tlsPeer(port: number): Promise<Peer> {
  const socket = connect({ port, host: '127.0.0.1', ca: tls.cert, servername: 'localhost' })
  onTestFinished(() => void socket.destroy())
  socket.on('error', () => {})
  await once(socket, 'secureConnect')
  return new Peer(socket)
}

describe('listen', () => {
  test('is reached at this machine only, if nothing is said', async () => {
    const { at } = await serve()
    expect(at).toEqual({ host: '127.0.0.1', port: at.port, url: `millrace://127.0.0.1:${at.port}` })
  })

  test('may be called many times, and all lead to the same queues', async () => {
    const { at, engine, server } = await serve()
    await engine.create('q')
    const other = await server.listen({ port: 0, host: '::1' })
    expect(other.url).toBe(`millrace://[::1]:${other.port}`)
    const receiver = await greeted(at)
    const waiting = receiver.request({ kind: 'receive', name: 'q', max: 1 })
    await (await greeted(other)).ask({ kind: 'send', name: 'q', message: { body: 'tea' } })
    expect(await receiver.answer(waiting)).toMatchObject({ messages: [{ id: '1' }] })
  })

  test('leads to the same queues from several servers of one engine; a lease of one is valid at the other', async () => {
    const one = await serve()
    const two = await serve({}, one.engine)
    await one.engine.create('q')
    await (await greeted(one.at)).ask({ kind: 'send', name: 'q', message: { body: 'tea' } })
    const answer = await (await greeted(two.at)).ask({ kind: 'receive', name: 'q', max: 1 })
    const lease = answer.kind === 'messages' ? (answer.messages[0]?.lease ?? '') : ''
    await two.server.close()
    expect(await (await greeted(one.at)).ask({ kind: 'ack', lease })).toMatchObject({ outcome: 'acked' })
  })

  test('rejects if it cannot, and can be called again', async () => {
    const { at, server } = await serve()
    await expect(server.listen({ port: at.port })).rejects.toMatchObject({ code: 'EADDRINUSE' })
    await server.listen({ port: 0 })
  })

  const unsafe: [string, boolean, boolean, ListenOptions, string | undefined][] = [
    ['without tokens', false, true, { host: '0.0.0.0' }, 'no-tokens'],
    ['without TLS', true, false, { host: '0.0.0.0' }, 'no-tls'],
    ['at all addresses of version 6', false, false, { host: '::' }, 'no-tokens'],
    ['by a name', true, false, { host: 'example.com' }, 'no-tls'],
    ['with only the other danger allowed', false, false, { host: '0.0.0.0', unsafe: ['no-tls'] }, 'no-tokens'],
    ['with TLS switched off', true, true, { host: '0.0.0.0', tls: null }, 'no-tls'],
    ['with all that is needed', true, true, { host: '0.0.0.0' }, undefined],
    ['with both dangers allowed', false, false, { host: '0.0.0.0', unsafe: ['no-tls', 'no-tokens'] }, undefined],
  ]
  test.each(unsafe)('where others reach it, %s', async (_, hasTokens, hasTls, options, lacks) => {
    const engine = await openQueues({ path: ':memory:' })
    const tokens = hasTokens ? [{ token: TOKEN }] : undefined
    const server = createServer({ engine, tokens, tls: hasTls ? tls : undefined })
    onTestFinished(() => server.close())
    const listening = server.listen({ port: 0, ...options })
    if (lacks === undefined) await listening
    else await expect(listening).rejects.toThrow(`unsafe: ['${lacks}'] allows it`)
  })

  test('takes certificates of clients for tokens', async () => {
    const engine = await openQueues({ path: ':memory:' })
    const server = createServer({ engine, tls: { ...tls, requestCert: true, ca: tls.cert } })
    onTestFinished(() => server.close())
    await server.listen({ port: 0, host: '0.0.0.0' })
  })

  test.each([
    [{ port: -1 }, RangeError, 'port: expected an integer'],
    [{ host: '' }, TypeError, 'host: expected an address, got ""'],
    [{ unsafe: ['all'] }, TypeError, 'unsafe: expected an array'],
    [{ prot: 1 }, TypeError, 'unknown option "prot"'],
    [{ tls: true }, TypeError, 'tls: expected the options'],
  ])('rejects %j', async (options, type, message) => {
    const { server } = await serve()
    const listening = server.listen(options as ListenOptions)
    await expect(listening).rejects.toThrow(type)
    await expect(listening).rejects.toThrow(message)
  })
})

describe('TLS', () => {
  test('carries all that plain TCP does', async () => {
    const { at, server } = await serve({ tls, tokens: [{ token: TOKEN }] })
    expect(at.url).toMatch(/^millraces:/)
    const peer = await tlsPeer(at.port)
    peer.greet(TOKEN)
    await peer.welcome()
    expect(await peer.ask({ kind: 'create', name: 'q' })).toEqual({ kind: 'value', value: true })
    expect(server.stats()).toMatchObject({ connections: 1, accepted: 1 })
    await server.close()
    expect(await peer.goodbye()).toMatchObject({ code: 'unreachable' })
    await peer.closed
    expect(server.stats()).toMatchObject({ connections: 0 })
  })

  test('is given to one listener, and not to another', async () => {
    const { server } = await serve({ tls })
    const plain = await server.listen({ port: 0, tls: null })
    expect(await (await greeted(plain)).ask({ kind: 'list' })).toMatchObject({ kind: 'value' })
  })

  test('is cut when its greeting is none, or takes too long', async () => {
    const { at, server } = await serve({ tls, limits: { greetingMs: 100 } })
    const garbage = (await rawPeer(at)).resume()
    const closed = [once(garbage, 'close')]
    garbage.write('hello, is this a queue? '.repeat(5))
    const silent = (await rawPeer(at)).resume()
    closed.push(once(silent, 'close'))
    await Promise.all(closed)
    await until(() => server.stats().connections === 0)
    expect(server.stats().cut.greeting).toBe(2)
  })

  test('whose greeting is not over is not waited for at the end', async () => {
    const { at, server } = await serve({ tls })
    const peer = await tlsPeer(at.port)
    peer.greet()
    await peer.welcome()
    const silent = (await rawPeer(at)).resume()
    await until(() => server.stats().connections === 2)
    const closed = once(silent, 'close')
    await server.close({ timeoutMs: 60_000 })
    await closed
    expect(await peer.goodbye()).toMatchObject({ code: 'unreachable' })
  })

  test('counts connections from the first packet', async () => {
    const { at, server } = await serve({ tls, limits: { maxConnections: 1 } })
    const one = connectPlain(at.port, at.host)
    await until(() => server.stats().connections === 1)
    const two = connectPlain(at.port, at.host).resume()
    two.on('error', () => {})
    await once(two, 'close')
    one.destroy()
    await until(() => server.stats().connections === 0)
    const peer = await tlsPeer(at.port)
    peer.greet()
    await peer.welcome()
  })
})

describe('createServer', () => {
  test.each([
    [{ maxConnections: 0 }, RangeError, 'limits: maxConnections: expected an integer'],
    [{ greetingMs: Number.POSITIVE_INFINITY }, RangeError, 'limits: greetingMs'],
    [
      { maxSockets: 1 },
      TypeError,
      'limits: unknown option "maxSockets"; known: maxConnections, maxConnectionsPerAddress, maxRequests, ',
    ],
  ])('refuses the limits %j', async (limits, type, message) => {
    const { engine } = await serve()
    const create = (): unknown => createServer({ engine, limits: limits as ServerLimits })
    expect(create).toThrow(type)
    expect(create).toThrow(message)
  })

  test('refuses what is no engine', () => {
    expect(() => createServer({ engine: {} as never })).toThrow('engine: expected one')
    expect(() => createServer(undefined as never)).toThrow(TypeError)
  })
})
