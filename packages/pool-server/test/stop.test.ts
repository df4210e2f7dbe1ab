import { once } from 'node:events'
import { setImmediate } from 'node:timers/promises'
import { priorityPool } from '@millrace/pool'
import fastify from 'fastify'
import { describe, expect, test } from 'vitest'
import { poolRoutes, poolServer } from '../src/index.ts'
import { drainAndIgnore, rawClient, serve, until } from './support.ts'

describe('stop', () => {
  test('answers drains that wait with what is there', async () => {
    const { server, pool, submit, drain } = await serve()
    await submit([{ item: 1 }, { item: 2 }])
    const waiting = [drain(5, 60_000), drain(5, 60_000)]
    await until(() => pool.stats().waitingDrains === 2)
    await server.stop()
    expect((await Promise.all(waiting)).toSorted((a, b) => b.length - a.length)).toEqual([[1, 2], []])
    expect([pool.length, pool.free]).toEqual([0, 100])
  })

  test('answers submits that wait with 503, and says how many items are in', async () => {
    const { server, pool, submit } = await serve(1)
    const waiting = submit([{ item: 1 }, { item: 2 }], 60_000)
    await until(() => pool.stats().waitingSubmits === 1)
    await server.stop()
    const answer = await waiting
    expect(answer.status).toBe(503)
    expect(await answer.json()).toEqual({
      code: 'stopping',
      reason: 'the server stops; 1 of 2 items are in',
      submitted: 1,
    })
    expect(pool.tryDrain(5)).toEqual([1])
  })

  test('leaves the pool open', async () => {
    const { server, pool } = await serve()
    await server.stop()
    await pool.submit('tea')
    expect(pool.tryDrain(1)).toEqual(['tea'])
  })

  test('accepts no connection any more, and does not wait for idle ones', async () => {
    const { server, get } = await serve()
    await get('/health')
    const idle = await rawClient(server)
    const closed = once(idle.resume(), 'close')
    await server.stop({ timeoutMs: 60_000 })
    await closed
    await expect(get('/health')).rejects.toThrow()
  })

  test('cuts connections that are not read in time, and their items are in the pool again', async () => {
    const { server, pool } = await serve()
    await pool.submit('x'.repeat(16_000_000))
    await drainAndIgnore(server, 1, 0)
    await until(() => pool.length === 0)
    await server.stop({ timeoutMs: 50 })
    await until(() => pool.length === 1)
  })

  test('lets clients receive what is under way', async () => {
    const { server, pool } = await serve()
    const item = 'x'.repeat(16_000_000)
    await pool.submit(item)
    const socket = await drainAndIgnore(server, 1, 0)
    await once(socket, 'readable')
    const stopped = server.stop({ timeoutMs: 60_000 })
    await setImmediate()
    const chunks: Buffer[] = []
    for await (const chunk of socket) chunks.push(chunk)
    expect(Buffer.concat(chunks).toString().endsWith(`[{"item":"${item}","priority":0}]`)).toBe(true)
    await stopped
    expect([pool.length, pool.stats().drained]).toEqual([0, 1])
  })

  test.each([Number.NaN, -1, 'x', null])('refuses timeoutMs %s', async (timeoutMs) => {
    const { server } = await serve()
    await expect(server.stop({ timeoutMs: timeoutMs as never })).rejects.toThrow(/^timeoutMs: /)
    await expect(server.stop(null as never)).rejects.toThrow(/^options: /)
  })

  test('is joined by a second call', async () => {
    const { server } = await serve()
    await Promise.all([server.stop(), server.stop(), server[Symbol.asyncDispose]()])
  })
})

describe('poolServer', () => {
  test('listens at 127.0.0.1 and a free port unless told otherwise', async () => {
    const { server } = await serve()
    expect(server.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
    expect(server.url.endsWith(`:${server.port}`)).toBe(true)
  })

  test('rejects with the error of the system when the port is in use', async () => {
    const { server, pool } = await serve()
    await expect(poolServer(pool, { port: server.port })).rejects.toMatchObject({ code: 'EADDRINUSE' })
  })

  test.each([
    [{ host: '' }, /^host: expected an address, got ""/],
    [{ host: 7 }, /^host: /],
    [{ port: -1 }, /^port: expected an integer from 0 to 65535, got -1/],
    [{ port: '80' }, /^port: /],
    [{ names: 'a.example' }, /^names: /],
    [{ names: ['a.example:80'] }, /^names: .*got "a.example:80"/],
    [{ onUnsendable: 1 }, /^onUnsendable: /],
    [{ onUnsendable: '8' }, /^onUnsendable: expected a function, got "8"$/],
    [{ names: {} }, /^names: .* got \[object Object\]$/],
    [{ maxDrains: 1 }, /^maxDrains: there is no such option; there are .*maxDrain/],
    [null, /^options: expected an object, got null/],
  ])('refuses %j', async (options, message) => {
    const pool = priorityPool<NonNullable<unknown> | null>({ capacity: 1 })
    await expect(poolServer(pool, options as never)).rejects.toThrow(message)
  })

  test('refuses what has no JSON as any other', async () => {
    const pool = priorityPool<NonNullable<unknown> | null>({ capacity: 1 })
    const loop: Record<string, unknown> = {}
    loop['self'] = loop
    await expect(poolServer(pool, { port: 8n as never })).rejects.toThrow(/^port: .* got 8$/)
    await expect(poolServer(pool, { host: loop as never })).rejects.toThrow(/^host: .* got \[object Object\]$/)
    await expect(poolServer(8n as never)).rejects.toThrow(/^pool: expected a priority pool, got 8$/)
  })

  test.each([undefined, null, {}, []])('refuses %j as a pool', async (pool) => {
    await expect(poolServer(pool as never)).rejects.toThrow(/^pool: expected a priority pool, got /)
    expect(() => poolRoutes(pool as never)).toThrow(/^pool: /)
  })

  test('answers what is no HTTP in its own words', async () => {
    const { server } = await serve()
    const answer = async (request: string): Promise<string> => {
      const socket = await rawClient(server)
      socket.write(request)
      let text = ''
      for await (const chunk of socket) text += chunk
      return text
    }
    expect(await answer('nonsense\r\n\r\n')).toMatch(
      /^HTTP\/1.1 400 .*content-type: application\/json.*{"code":"bad-request","reason":"the request cannot be read/s,
    )
    expect(await answer(`GET / HTTP/1.1\r\nhost: ${'x'.repeat(100_000)}\r\n\r\n`)).toMatch(
      /^HTTP\/1.1 431 .*{"code":"too-large","reason":"the headers are too long"}$/s,
    )
  })

  test.each(['maxBodyBytes', 'maxBatch', 'maxDrain', 'maxTimeoutMs', 'maxAnswerBytes', 'maxAnswerMs'])(
    'refuses %s that is no limit',
    async (name) => {
      const pool = priorityPool<NonNullable<unknown> | null>({ capacity: 1 })
      for (const value of [0, -1, 1.5, Number.NaN, '7', null])
        await expect(poolServer(pool, { [name]: value })).rejects.toThrow(new RegExp(`^${name}: `))
    },
  )
})

describe('poolRoutes', () => {
  test('are part of a fastify of your own, under a prefix, with its hooks', async () => {
    const pool = priorityPool<NonNullable<unknown> | null>({ capacity: 2 })
    const app = fastify()
    app.addHook('onRequest', async ({ headers }, reply) => {
      if (headers.authorization === undefined) reply.code(401).send('who?')
    })
    app.post('/text', async ({ body }) => body)
    await app.register(poolRoutes(pool), { prefix: '/pool' })
    expect((await app.inject('/pool/drain/1/0')).statusCode).toBe(401)
    const headers = { authorization: 'me' }
    const submitted = await app.inject({ method: 'POST', url: '/pool/submit/0', headers, payload: { item: 'tea' } })
    expect(submitted.json()).toEqual({ submitted: 1 })
    expect((await app.inject({ url: '/pool/drain/1/0', headers })).json()).toEqual([{ item: 'tea', priority: 0 }])
    const text = {
      method: 'POST',
      url: '/text',
      headers: { ...headers, 'content-type': 'text/plain' },
      payload: 'a',
    } as const
    expect((await app.inject(text)).body).toBe('a')
    await app.close()
  })

  test('put the items back when a hook of your own spoils the answer', async () => {
    const pool = priorityPool<NonNullable<unknown> | null>({ capacity: 2 })
    const app = fastify()
    app.addHook('onSend', async ({ url }) => {
      if (url.startsWith('/drain')) throw new Error('spoilt')
    })
    await app.register(poolRoutes(pool))
    await pool.submit('tea')
    expect((await app.inject('/drain/1/0')).statusCode).toBe(500)
    await until(() => pool.length === 1)
    await app.close()
  })
})
