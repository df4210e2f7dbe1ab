import { describe, expect, test } from 'vitest'
import type { ServerStats } from '../src/api.ts'
import { parseMetrics, type Series } from './http-prometheus.ts'
import { watch } from './http-support.ts'

const looker = 'looker-looker-looker'

const server: ServerStats = {
  connections: 3,
  accepted: 9,
  refused: { connections: 0, address: 0, token: 2, version: 0 },
  cut: { protocol: 1, 'too-large': 0, greeting: 0, quiet: 0, slow: 0, memory: 0, closing: 0 },
  requests: { send: 7, receive: 5 } as ServerStats['requests'],
  failures: { full: 4 } as ServerStats['failures'],
  cancelled: 0,
  pending: 6,
  returned: 0,
  bytesIn: 1e21,
  bytesOut: 0,
  bufferedBytes: 0,
}

function figure(series: readonly Series[], name: string, labels: Record<string, string>): number | undefined {
  const isIt = (one: Series) =>
    one.name === `millrace_queue_${name}` && JSON.stringify(one.labels) === JSON.stringify(labels)
  return series.find(isIt)?.value
}

describe('GET /metrics', () => {
  test('tells how each queue stands, in the text format of Prometheus', async () => {
    const { get, engine } = await watch()
    await engine.create('dead')
    await engine.create('jobs', { maxDeliveries: 2, deadLetterQueue: 'dead' })
    await engine.sendMany(
      'jobs',
      [1, 2, 3, 4, 5].map((n) => ({ body: `body ${n}`, dedupKey: `${n}` })),
    )
    await engine.send('jobs', 'again', { dedupKey: '1' })
    await engine.send('jobs', 'later', { delayMs: 60_000 })
    const [first] = await engine.receive('jobs')
    await engine.ack(first?.lease ?? '')
    for (let deliveries = 0; deliveries < 2; deliveries++) {
      const [message] = await engine.receive('jobs')
      await engine.nack(message?.lease ?? '')
    }
    await engine.receive('jobs')
    await engine.pause('jobs')
    const waiting = engine.receive('jobs').catch(() => {})
    const answer = await get('/metrics')
    expect(answer.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8')
    const series = parseMetrics(await answer.text())
    const figures = {
      ready: 2,
      delayed: 1,
      in_flight: 1,
      paused: 1,
      sent_total: 6,
      delivered_total: 4,
      acked_total: 1,
      returned_total: 1,
      dead_total: 1,
      expired_total: 0,
      purged_total: 0,
      duplicates_total: 1,
      dedup_keys: 5,
      damaged: 0,
    }
    for (const [name, value] of Object.entries(figures)) {
      expect([name, figure(series, name, { queue: 'jobs' })]).toEqual([name, value])
    }
    expect(figure(series, 'ready', { queue: 'dead' })).toBe(1)
    expect(figure(series, 'bytes', { queue: 'jobs' })).toBe((await engine.stats('jobs')).bytes)
    expect(figure(series, 'oldest_seconds', { queue: 'jobs' })).toBeGreaterThan(0)
    expect(figure(series, 'oldest_seconds', { queue: 'jobs' })).toBeLessThan(20)
    expect(figure(series, 'waiting', { queue: 'jobs', verb: 'receive' })).toBe(1)
    expect(figure(series, 'waiting', { queue: 'jobs', verb: 'send' })).toBe(0)
    expect(figure(series, 'writable', {})).toBe(1)
    await engine.close()
    await waiting
  })

  test.each(['a "b"', 'a\\b', 'a\nb', 'ü/日本', '{}', 'a,b="c"'])('keeps the name %j', async (name) => {
    const { get, engine } = await watch()
    await engine.create(name)
    await engine.send(name, 'x')
    expect(figure(parseMetrics(await (await get('/metrics')).text()), 'ready', { queue: name })).toBe(1)
  })

  test('tells how each server stands', async () => {
    const { get } = await watch({ servers: { tcp: { stats: () => server }, inner: { stats: () => server } } })
    const series = parseMetrics(await (await get('/metrics')).text())
    for (const name of ['tcp', 'inner']) {
      expect(figure(series, 'server_connections', { server: name })).toBe(3)
      expect(figure(series, 'server_requests_total', { server: name, kind: 'send' })).toBe(7)
      expect(figure(series, 'server_errors_total', { server: name, code: 'full' })).toBe(4)
      expect(figure(series, 'server_refused_total', { server: name, reason: 'token' })).toBe(2)
      expect(figure(series, 'server_bytes_in_total', { server: name })).toBe(1e21)
    }
  })

  test('is for those who know a token, and tells them of the queues that they may see', async () => {
    const { get, engine } = await watch({ tokens: [{ token: looker, queues: ['own.*'], rights: ['send'] }] })
    await engine.create('own.a')
    await engine.create('other')
    expect((await get('/metrics')).status).toBe(401)
    const queues = parseMetrics(await (await get('/metrics', looker)).text()).map(({ labels }) => labels['queue'])
    expect(new Set(queues)).toEqual(new Set([undefined, 'own.a']))
  })

  test('tells of a thousand queues at once', async () => {
    const { get, engine } = await watch()
    for (let n = 0; n < 1000; n++) await engine.create(`queue ${n}`)
    const series = parseMetrics(await (await get('/metrics')).text())
    expect(series.filter(({ name }) => name === 'millrace_queue_ready')).toHaveLength(1000)
  })
})
