import { priorityPool } from '@millrace/pool'
import { describe, expect, test } from 'vitest'
import { poolServer } from '../src/index.ts'
import { serve, until } from './support.ts'

describe('GET /drain/:n/:timeoutMs', () => {
  test('answers with the items and their priorities, the highest first, at most n', async () => {
    const { submit, get, pool } = await serve()
    await submit([{ item: 'a' }, { item: 'b', priority: 9 }, { item: { c: [1] }, priority: 5 }])
    const answer = await get('/drain/2/0')
    expect(answer.status).toBe(200)
    expect(answer.headers.get('content-type')).toBe('application/json; charset=utf-8')
    expect(await answer.json()).toEqual([
      { item: 'b', priority: 9 },
      { item: { c: [1] }, priority: 5 },
    ])
    expect(pool.length).toBe(1)
  })

  test('answers with what a submit takes', async () => {
    const { submit, get, drain } = await serve()
    await submit([
      { item: 'a', priority: 1 },
      { item: 'b', priority: 2 },
    ])
    expect((await submit(await (await get('/drain/2/0')).text())).status).toBe(200)
    expect(await drain(2)).toEqual(['b', 'a'])
  })

  test('waits for n items', async () => {
    const { submit, drain, pool } = await serve()
    await submit({ item: 1 })
    const waiting = drain(3, 60_000)
    await until(() => pool.stats().waitingDrains === 1)
    await submit({ item: 2 })
    await submit({ item: 3, priority: 1 })
    expect(await waiting).toEqual([3, 1, 2])
  })

  test('answers with what is there when the time is over, be it nothing', async () => {
    const { submit, drain } = await serve()
    expect(await drain(3, 0)).toEqual([])
    expect(await drain(3, 5)).toEqual([])
    await submit({ item: 1 })
    expect(await drain(3, 5)).toEqual([1])
  })

  test('serves those who wait in the order they came', async () => {
    const { submit, drain, pool } = await serve()
    const waiting: Promise<unknown[]>[] = []
    for (let i = 1; i <= 20; i++) {
      waiting.push(drain(1, 60_000))
      await until(() => pool.stats().waitingDrains === i)
    }
    await submit(Array.from({ length: 20 }, (_, item) => ({ item })))
    expect((await Promise.all(waiting)).flat()).toEqual(Array.from({ length: 20 }, (_, item) => item))
  })

  test('goes on after the pool is closed until nothing is left, and then answers 410', async () => {
    const { submit, drain, get, pool } = await serve()
    await submit([{ item: 1 }, { item: 2 }])
    pool.close()
    expect(await drain(1, 60_000)).toEqual([1])
    expect(await drain(5, 60_000)).toEqual([2])
    const answer = await get('/drain/1/60000')
    expect(answer.status).toBe(410)
    expect(await answer.json()).toEqual({ code: 'closed', reason: 'the pool is closed and drained' })
  })

  test('answers those who wait when the pool is closed: with what is there, or 410', async () => {
    const { submit, drain, get, pool } = await serve()
    await submit({ item: 1 })
    const [first, second] = [drain(5, 60_000), get('/drain/5/60000')]
    await until(() => pool.stats().waitingDrains === 2)
    pool.close()
    expect([await first, (await second).status]).toEqual([[1], 410])
  })

  test('is not to be stored by anybody on the way', async () => {
    const { get } = await serve()
    expect((await get('/drain/1/0')).headers.get('cache-control')).toBe('no-store')
  })

  test.each([
    ['/drain/0/0', 'n: expected a whole number from 1 to 10000, got "0"'],
    ['/drain/10001/0', 'n: expected a whole number from 1 to 10000, got "10001"'],
    ['/drain/x/0', 'n: expected a whole number from 1 to 10000, got "x"'],
    ['/drain/1/-1', 'timeoutMs: expected a whole number from 0 to 60000, got "-1"'],
    ['/drain/1/60001', 'timeoutMs: expected a whole number from 0 to 60000, got "60001"'],
  ])('refuses %s with 400 and the reason', async (path, reason) => {
    const { get, pool } = await serve()
    await pool.submit('tea')
    const answer = await get(path)
    expect([answer.status, await answer.json()]).toEqual([400, { code: 'bad-request', reason }])
    expect(pool.length).toBe(1)
  })

  test('refuses a request of another origin with 403', async () => {
    const { get, pool } = await serve()
    await pool.submit('tea')
    for (const site of ['cross-site', 'same-site'])
      expect((await get('/drain/1/0', { headers: { 'sec-fetch-site': site } })).status).toBe(403)
    expect(pool.length).toBe(1)
    expect((await get('/drain/1/0', { headers: { 'sec-fetch-site': 'none' } })).status).toBe(200)
  })

  test('takes nothing for a HEAD request', async () => {
    const { get, pool } = await serve()
    await pool.submit('tea')
    expect((await get('/drain/1/0', { method: 'HEAD' })).status).toBe(404)
    expect(pool.length).toBe(1)
  })

  test('frees the room of what was answered', async () => {
    const { submit, drain, pool } = await serve(2)
    await submit([{ item: 1 }, { item: 2 }])
    await drain(2)
    await until(() => pool.free === 2)
    expect((await submit([{ item: 3 }, { item: 4 }])).status).toBe(200)
  })
})

test('what a drain gives is what a submit takes, whether the pool has priorities or compares', async () => {
  const pools = [
    priorityPool<{ n: number }>({ capacity: 9, compare: (a, b) => a.n - b.n }),
    priorityPool<{ n: number }>({ capacity: 9, priority: ({ n }) => -n }),
    priorityPool<{ n: number }>({ capacity: 9 }),
  ]
  for (const pool of pools) {
    await using server = await poolServer(pool)
    await pool.submitMany([{ n: 2 }, { n: 1 }])
    const drained = await (await fetch(`${server.url}/drain/9/0`)).text()
    await until(() => pool.stats().held === 0)
    const headers = { 'content-type': 'application/json' }
    const answer = await fetch(`${server.url}/submit/0`, { method: 'POST', headers, body: drained })
    expect([answer.status, await answer.json()]).toEqual([200, { submitted: 2 }])
    expect(await (await fetch(`${server.url}/drain/9/0`)).text()).toBe(drained)
  }
})
