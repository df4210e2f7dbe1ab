import { openQueues, type QueueEngine, QueueError } from '@millrace/queue'
import { onTestFinished } from 'vitest'
import type { MonitoredEngine, MonitorListenOptions, MonitorOptions } from '../src/http/api.ts'
import { createMonitor } from '../src/http/monitor.ts'

/** An engine of its own, and a monitor of it, until the test is over. */
export interface Watched {
  readonly engine: QueueEngine
  readonly url: string
  readonly port: number
  get(path: string, token?: string): Promise<Response>
  post(path: string, body: unknown, headers?: Record<string, string>): Promise<Response>
  close(): Promise<void>
}

export async function watch(options: Partial<MonitorOptions> = {}, where: MonitorListenOptions = {}): Promise<Watched> {
  const engine = await openQueues({ path: ':memory:' })
  const monitor = createMonitor({ engine, ...options })
  onTestFinished(async () => {
    await monitor.close({ timeoutMs: 0 })
    await engine.close()
  })
  const { url, port } = await monitor.listen(where)
  return {
    engine,
    url,
    port,
    get: (path, token) => fetch(url + path, token === undefined ? {} : { headers: bearer(token) }),
    post: (path, body, headers = {}) =>
      fetch(url + path, {
        method: 'POST',
        body: typeof body === 'string' ? body : JSON.stringify(body),
        headers: { 'content-type': 'application/json', ...headers },
      }),
    close: () => monitor.close(),
  }
}

export function bearer(token: string): Record<string, string> {
  return { authorization: `Bearer ${token}` }
}

/** The status of an answer, and why it is a refusal. */
export async function refusal(pending: Promise<Response>): Promise<[number, unknown, unknown]> {
  const answer = await pending
  const { code, reason } = (await answer.json()) as { code?: unknown; reason?: unknown }
  return [answer.status, code, reason]
}

/** An engine whose disk has failed. */
export function failed(engine: MonitoredEngine): MonitoredEngine {
  const refuse = async () => {
    throw new QueueError('read-only', 'nothing can be changed since the disk failed')
  }
  const { list, stats, peek } = engine
  return {
    list: list.bind(engine),
    stats: stats.bind(engine),
    peek: peek.bind(engine),
    pause: refuse,
    resume: refuse,
    purge: refuse,
    redrive: refuse,
  }
}
