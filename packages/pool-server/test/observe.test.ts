import { priorityPool } from '@millrace/pool'
import { describe, expect, test } from 'vitest'
import { drainAndIgnore, serve, until } from './support.ts'

describe('GET /stats', () => {
  test('tells how the pool is', async () => {
    const { submit, drain, get, pool } = await serve(5)
    await submit([{ item: 1 }, { item: 2 }, { item: 3 }])
    await drain(1)
    await until(() => pool.stats().held === 0)
    expect(await (await get('/stats')).json()).toMatchObject({
      length: 2,
      held: 0,
      capacity: 5,
      waitingSubmits: 0,
      waitingDrains: 0,
      submitted: 3,
      drained: 1,
      putBack: 0,
      closed: false,
    })
  })
})

describe('GET /health', () => {
  test('answers 200 while items are accepted, and 503 once the pool is closed', async () => {
    const { get, pool } = await serve()
    const open = await get('/health')
    expect([open.status, await open.json()]).toEqual([200, { status: 'ok' }])
    pool.close()
    const closed = await get('/health')
    expect([closed.status, await closed.json()]).toEqual([503, { status: 'closing' }])
  })
})

describe('GET /metrics', () => {
  test('tells the pool and the requests in the text format of Prometheus', async () => {
    const { submit, get, drain, server, pool } = await serve(2)
    await submit([{ item: 1 }, { item: 2 }, { item: 3 }])
    await submit('{')
    await drain(1)
    const gone = await drainAndIgnore(server, 2, 60_000)
    await until(() => pool.stats().waitingDrains === 1)
    const answer = await get('/metrics')
    gone.destroy()
    expect(answer.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8')
    const text = await answer.text()
    expect(text.split('\n')).toEqual(
      expect.arrayContaining([
        '# TYPE millrace_pool_length gauge',
        'millrace_pool_length 1',
        'millrace_pool_capacity 2',
        '# TYPE millrace_pool_submitted_total counter',
        'millrace_pool_submitted_total 2',
        'millrace_pool_waiting{verb="drain"} 1',
        'millrace_pool_server_requests_total{route="submit",outcome="full"} 1',
        'millrace_pool_server_requests_total{route="submit",outcome="bad-request"} 1',
        'millrace_pool_server_requests_total{route="drain",outcome="ok"} 1',
      ]),
    )
    expect(text).toMatch(/^(# (HELP|TYPE) \w+ .+\n|\w+(\{\w+="[^"]+"(,\w+="[^"]+")*\})? -?\d+(\.\d+)?\n)+$/)
  })

  test('counts the items that went back', async () => {
    const { server, pool, get } = await serve()
    await pool.submit('x'.repeat(16_000_000))
    const gone = await drainAndIgnore(server, 1, 0)
    await until(() => pool.length === 0)
    gone.destroy()
    await until(() => pool.length === 1)
    expect(await (await get('/metrics')).text()).toContain('\nmillrace_pool_put_back_total 1\n')
  })

  test('counts the items that left without being drained, by how they did; so do the stats', async () => {
    const clock = { nowMs: 0, now: () => clock.nowMs }
    const pool = priorityPool<NonNullable<unknown> | null>({ capacity: 2, overflow: 'evict-lowest', clock })
    const { submit, get } = await serve(pool)
    await submit([
      { item: 1, key: 'k' },
      { item: 2, key: 'k', priority: 1 },
      { item: 3, key: 'k' },
    ])
    await submit([{ item: 4 }, { item: 5, priority: 2, ttlMs: 5 }])
    clock.nowMs = 5
    expect(await (await get('/stats')).json()).toMatchObject({ evicted: 1, expired: 1, replaced: 1, duplicates: 1 })
    const text = await (await get('/metrics')).text()
    for (const how of ['evicted', 'expired', 'replaced']) {
      expect(text).toContain(`\nmillrace_pool_left_total{how="${how}"} 1\n`)
    }
    expect(text).toContain('\nmillrace_pool_duplicates_total 1\n')
  })
})
