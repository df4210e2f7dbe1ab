import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { ServerEncoder, type Welcome } from '@millrace/queue/protocol'
import { onTestFinished } from 'vitest'

/** A greeting without a version. */
export const GREETING: Omit<Welcome, 'kind' | 'version'> = {
  maxFrameBytes: 2 ** 20,
  maxRequests: 8,
  maxRequestBytes: 2 ** 20,
  quietMs: 1000,
  durability: undefined,
}

/** A server that says what it is told to who connects. */
export async function saying(say: (socket: Socket, encoder: ServerEncoder) => void): Promise<string> {
  const server = createServer((socket) => {
    socket.on('error', () => {})
    say(socket, new ServerEncoder(2 ** 20))
  })
  server.listen({ host: '127.0.0.1', port: 0 })
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  return `millrace://127.0.0.1:${(server.address() as { port: number }).port}`
}
