import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { type PriorityPool, priorityPool } from '@millrace/pool'
import { onTestFinished } from 'vitest'
import { type PoolServer, type PoolServerOptions, poolServer } from '../src/index.ts'

export { until } from '../../../tooling/testing/waiting.ts'

/** A pool, of its own if only its capacity is given, and a server for it until the test is over. */
export interface Served {
  readonly pool: PriorityPool<NonNullable<unknown> | null>
  readonly server: PoolServer
  get(path: string, init?: RequestInit): Promise<Response>
  submit(body: unknown, timeoutMs?: number | string): Promise<Response>
  drain(n: number, timeoutMs?: number): Promise<unknown[]>
}

export async function serve(given: Served['pool'] | number = 100, options: PoolServerOptions = {}): Promise<Served> {
  const pool = typeof given === 'number' ? priorityPool<NonNullable<unknown> | null>({ capacity: given }) : given
  const server = await poolServer(pool, options)
  onTestFinished(() => server.stop({ timeoutMs: 100 }))
  const get = (path: string, init?: RequestInit) => fetch(server.url + path, init)
  return {
    pool,
    server,
    get,
    submit: (body, timeoutMs = 0) =>
      get(`/submit/${timeoutMs}`, post(typeof body === 'string' ? body : JSON.stringify(body))),
    async drain(n, timeoutMs = 0) {
      const answer = await get(`/drain/${n}/${timeoutMs}`)
      return ((await answer.json()) as { item: unknown }[]).map(({ item }) => item)
    },
  }
}

export function post(body: string, type = 'application/json'): RequestInit {
  return { method: 'POST', body, headers: { 'content-type': type } }
}

/** A client that does what it is told, down to the packets. */
export async function rawClient(server: PoolServer): Promise<Socket> {
  const socket = connect(server.port, '127.0.0.1')
  socket.on('error', () => {})
  onTestFinished(() => void socket.destroy())
  await once(socket, 'connect')
  return socket
}

/** Asks for items over a connection of its own, and reads nothing of the answer. */
export async function drainAndIgnore(server: PoolServer, n: number, timeoutMs: number): Promise<Socket> {
  const socket = await rawClient(server)
  socket.pause()
  socket.write(`GET /drain/${n}/${timeoutMs} HTTP/1.1\r\nhost: localhost\r\n\r\n`)
  return socket
}
