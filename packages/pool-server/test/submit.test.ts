import { once } from 'node:events'
import { priorityPool } from '@millrace/pool'
import { describe, expect, test } from 'vitest'
import { poolServer, type RefusalBody } from '../src/index.ts'
import { post, rawClient, serve, until } from './support.ts'

async function refused(answer: Response | Promise<Response>) {
  const { status, headers } = await answer
  return { status, retryAfter: headers.get('retry-after'), ...((await (await answer).json()) as RefusalBody) }
}

describe('POST /submit/:timeoutMs', () => {
  test('puts one item into the pool', async () => {
    const { submit, pool, drain } = await serve()
    const answer = await submit({ item: { any: ['JSON', 1, null] }, priority: 7 })
    expect([answer.status, await answer.json()]).toEqual([200, { submitted: 1 }])
    expect(pool.length).toBe(1)
    expect(await drain(1)).toEqual([{ any: ['JSON', 1, null] }])
  })

  test('puts a batch into the pool, each item with its own priority', async () => {
    const { submit, drain } = await serve()
    const answer = await submit([{ item: 'low' }, { item: 'high', priority: 2 }, { item: 'middle', priority: 0.5 }])
    expect([answer.status, await answer.json()]).toEqual([200, { submitted: 3 }])
    expect(await drain(9)).toEqual(['high', 'middle', 'low'])
  })

  test('says how many of a batch did not come in since one with their key was there', async () => {
    const { submit, drain } = await serve()
    const batch = ['a', 'b', 'a', 'c'].map((key, at) => ({ item: key + at, key }))
    expect(await (await submit(batch)).json()).toEqual({ submitted: 3, duplicates: 1 })
    expect(await (await submit({ item: 'a', key: 'a' })).json()).toEqual({ submitted: 0, duplicates: 1 })
    expect(await drain(9)).toEqual(['a0', 'b1', 'c3'])
  })

  test('says how many of a batch did not come in, also of those that waited', async () => {
    const { submit, pool } = await serve(1)
    const batch = ['a', 'b', 'b', 'c'].map((key) => ({ item: key, key }))
    const answer = submit(batch, 60_000)
    await until(() => pool.stats().waitingSubmits === 1)
    expect(pool.tryDrain(1)).toEqual(['a'])
    await until(() => pool.stats().waitingSubmits === 1 && pool.length === 1)
    expect(pool.tryDrain(1)).toEqual(['b'])
    expect(await (await answer).json()).toEqual({ submitted: 3, duplicates: 1 })
  })

  test('takes an item with the key of one that was just drained', async () => {
    const { submit, drain } = await serve()
    for (let i = 0; i < 50; i++) {
      expect(await (await submit({ item: i, key: 'k' })).json()).toEqual({ submitted: 1 })
      expect(await drain(1)).toEqual([i])
    }
  })

  test('says which item of a batch the pool does not take, and how many are in', async () => {
    const priority = (item: unknown): number => {
      if (item === 'bad') throw new Error('no idea')
      return typeof item === 'number' ? item : Number.NaN
    }
    const pool = priorityPool<NonNullable<unknown> | null>({ capacity: 10, priority })
    await using server = await poolServer(pool)
    const submit = (...items: unknown[]) =>
      refused(fetch(`${server.url}/submit/0`, post(JSON.stringify(items.map((item) => ({ item }))))))
    expect(await submit(1, 2, 'x', 3)).toMatchObject({ status: 400, code: 'bad-request', submitted: 2 })
    expect((await submit(1, 'x')).reason).toMatch(
      /^body\[1\]: the pool does not take it: priority: .*; 1 of 2 items are in$/,
    )
    expect(await submit(1, 'bad')).toMatchObject({
      status: 500,
      code: 'failed',
      reason: 'body[1]: the server failed to submit it; 1 of 2 items are in',
      submitted: 1,
    })
    expect(pool.length).toBe(4)
  })

  test('keeps the order of a batch among equal priorities', async () => {
    const { submit, drain } = await serve()
    await submit([1, 2, 3, 4].map((item) => ({ item })))
    expect(await drain(4)).toEqual([1, 2, 3, 4])
  })

  test.each([null, false, 0, '', [], {}, 'ü€😀', { __proto__: null }, { item: 1 }])(
    'takes %j as an item',
    async (item) => {
      const { submit, drain } = await serve()
      expect((await submit({ item })).status).toBe(200)
      expect(await drain(1)).toEqual([item])
    },
  )

  test('gives back an item that has a key __proto__ as it came', async () => {
    const { submit, get } = await serve()
    await submit('{"item":{"__proto__":1}}')
    expect(await (await get('/drain/1/0')).text()).toBe('[{"item":{"__proto__":1},"priority":0}]')
  })

  test.each([
    ['', 'body: Unexpected end of JSON input'],
    ['{"item":', 'body: Unexpected end of JSON input'],
    ['7', 'body: expected { "item": …, "priority": … }, got 7'],
    ['null', 'body: expected { "item": …, "priority": … }, got null'],
    ['[]', 'body: expected at least one submission, got an empty array'],
    ['[[1]]', 'body[0]: expected { "item": …, "priority": … }, got [1]'],
    ['{}', 'body.item: expected a value, got none'],
    ['[{"item":1},{"priority":2}]', 'body[1].item: expected a value, got none'],
    ['{"item":1,"priority":"high"}', 'body.priority: expected a finite number, got "high"'],
    ['{"item":1,"priority":null}', 'body.priority: expected a finite number, got null'],
    ['{"item":1,"prioritty":1}', 'body: expected only item, priority, key, ttlMs, got "prioritty"'],
    ['{"item":1,"priority":1e999}', 'body.priority: expected a finite number, got Infinity'],
    ['{"item":1,"key":1}', 'body.key: expected a string, got 1'],
    ['{"item":1,"ttlMs":0}', 'body.ttlMs: expected a finite number above 0, got 0'],
  ])('refuses %s with 400 and the reason', async (body, reason) => {
    const { submit, pool } = await serve()
    expect(await refused(submit(body))).toMatchObject({ status: 400, code: 'bad-request', reason })
    expect(pool.length).toBe(0)
  })

  test.each(['-1', '1.5', '1e3', 'x', '60001', '%20', '0x10'])('refuses the time %s with 400', async (timeoutMs) => {
    const { submit } = await serve()
    const { status, reason } = (await refused(submit({ item: 1 }, timeoutMs))) as { status: number; reason?: string }
    expect(status).toBe(400)
    expect(reason).toMatch(/^timeoutMs: expected a whole number from 0 to 60000, got /)
  })

  test('refuses a body that is not said to be JSON with 415', async () => {
    const { get, pool } = await serve()
    for (const type of ['text/plain', 'application/x-www-form-urlencoded'])
      expect(await refused(get('/submit/0', post('{"item":1}', type)))).toMatchObject({
        status: 415,
        code: 'unsupported',
      })
    expect(pool.length).toBe(0)
  })

  test('refuses a body over the limit with 413, also one that does not say its length', async () => {
    const { get, submit, pool } = await serve(100, { maxBodyBytes: 20 })
    const large = JSON.stringify({ item: 'x'.repeat(20) })
    const reason = 'body: expected at most 20 bytes'
    expect(await refused(submit(large))).toMatchObject({ status: 413, code: 'too-large', reason })
    const body = new ReadableStream({
      pull: (controller) => {
        controller.enqueue(new TextEncoder().encode(large))
        controller.close()
      },
    })
    const streamed = { ...post(''), body, duplex: 'half' as const }
    expect(await refused(get('/submit/0', streamed))).toMatchObject({ status: 413, reason })
    expect(pool.length).toBe(0)
  })

  test('refuses more items than the limit with 413, and takes none of them', async () => {
    const { submit, pool } = await serve(100, { maxBatch: 2 })
    const reason = 'body: expected at most 2 submissions, got 3'
    expect(await refused(submit([1, 2, 3].map((item) => ({ item }))))).toMatchObject({ status: 413, reason })
    expect(pool.length).toBe(0)
  })

  test('answers 503 with Retry-After when there is no room in time', async () => {
    const { submit, pool } = await serve(1)
    await submit({ item: 1 })
    const full = { status: 503, retryAfter: '1', code: 'full', reason: 'the pool is full', submitted: 0 }
    expect(await refused(submit({ item: 2 }))).toEqual(full)
    expect(await refused(submit({ item: 2 }, 5))).toEqual(full)
    expect(pool.length).toBe(1)
  })

  test('says how many of a batch are in when there is no room for the others', async () => {
    const { submit, drain } = await serve(2)
    expect(await refused(submit([1, 2, 3].map((item) => ({ item }))))).toMatchObject({
      status: 503,
      reason: 'the pool is full; 2 of 3 items are in',
      submitted: 2,
    })
    expect(await drain(5)).toEqual([1, 2])
  })

  test('waits for room', async () => {
    const { submit, drain } = await serve(1)
    await submit({ item: 'first' })
    const waiting = submit([{ item: 'second' }, { item: 'third' }], 10_000)
    expect(await drain(1)).toEqual(['first'])
    expect(await drain(1, 10_000)).toEqual(['second'])
    expect((await waiting).status).toBe(200)
    expect(await drain(1, 10_000)).toEqual(['third'])
  })

  test('answers 410 once the pool is closed, also to those who wait', async () => {
    const { submit, pool } = await serve(1)
    await submit({ item: 1 })
    const waiting = submit([{ item: 2 }, { item: 3 }], 10_000)
    await until(() => pool.stats().waitingSubmits > 0)
    pool.close()
    const closed = { status: 410, code: 'closed', retryAfter: null }
    expect(await refused(waiting)).toMatchObject({ ...closed, reason: 'the pool is closed; 0 of 2 items are in' })
    expect(await refused(submit({ item: 4 }))).toMatchObject({ ...closed, reason: 'the pool is closed', submitted: 0 })
  })

  test('submits nothing of a body that breaks off', async () => {
    const { server, pool, get } = await serve()
    const socket = await rawClient(server)
    const body = '[{"item":1},{"item":2}]'
    socket.write(
      `POST /submit/0 HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n`,
    )
    socket.write(body.slice(0, 15))
    socket.end()
    await once(socket.resume(), 'close')
    expect((await get('/health')).status).toBe(200)
    expect(pool.length).toBe(0)
  })

  test('stops to wait for a client that is gone, and keeps what is in', async () => {
    const { server, pool, drain, submit } = await serve(1)
    const socket = await rawClient(server)
    const body = '[{"item":1},{"item":2}]'
    socket.write(
      `POST /submit/60000 HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
    )
    await until(() => pool.stats().waitingSubmits === 1)
    socket.destroy()
    await until(() => pool.stats().waitingSubmits === 0)
    expect(await drain(5)).toEqual([1])
    expect((await submit({ item: 3 })).status).toBe(200)
    expect(await drain(5)).toEqual([3])
  })
})
