import { openQueues, type QueueEngine } from '@millrace/queue'
import { createServer, type Listening, type QueueServer, type ServerOptions } from '@millrace/queue-server'
import { onTestFinished } from 'vitest'
import { rejection as anyRejection } from '../../../tooling/testing/waiting.ts'
import { type ConnectOptions, connectQueues, type QueueClient } from '../src/index.ts'

import { listenAtOwn } from './ports.ts'

export { HandClock, turn, until } from '../../../tooling/testing/waiting.ts'

/** A server with queues of its own, until the test is over. */
export interface Served {
  readonly engine: QueueEngine
  readonly server: QueueServer
  readonly at: Listening
}

export async function serve(
  options: Omit<ServerOptions, 'engine'> = {},
  engine?: QueueEngine,
  port?: number,
): Promise<Served> {
  const queues = engine ?? (await openQueues({ path: ':memory:' }))
  const server = createServer({ engine: queues, ...options })
  onTestFinished(() => server.close({ timeoutMs: 0 }))
  const listen = (at: number): Promise<Listening> => server.listen({ port: at })
  return { engine: queues, server, at: await (port === undefined ? listenAtOwn(listen) : listen(port)) }
}

/** A client, until the test is over. */
export async function connected(
  where: { readonly url: string } | string,
  options?: ConnectOptions,
): Promise<QueueClient> {
  const client = await connectQueues(typeof where === 'string' ? where : where.url, options)
  onTestFinished(() => client.close({ timeoutMs: 0 }))
  return client
}

/** The error that a promise rejects with; fails if it resolves. */
export const rejection: (promise: Promise<unknown>) => Promise<Error & { readonly code?: string }> = anyRejection

export const texts = (messages: readonly { text(): string }[]): string[] => messages.map((message) => message.text())

/** Receives without waiting. */
export const now = { timeoutMs: 0 } as const
