import { fileURLToPath } from 'node:url'
import { connectQueues } from '@millrace/queue-client'
import type { Connection, Received, Server } from '../peer.ts'
import { startServer } from '../process.ts'

const QUEUE = 'bench'

/** `millrace-queue-server`, in memory or in a folder with this `--sync`. */
export async function millrace(sync: 'memory' | 'always' | 'never' | '50'): Promise<Server> {
  const cli = fileURLToPath(new URL('./src/cli.ts', import.meta.resolve('@millrace/queue-server/package.json')))
  const server = await startServer(process.execPath, (port, folder) => [
    '--conditions=@millrace/source',
    cli,
    '--path',
    sync === 'memory' ? ':memory:' : folder,
    ...(sync === 'memory' ? [] : ['--sync', sync]),
    '--port',
    String(port),
    '--no-http',
  ])
  const url = `millrace://127.0.0.1:${server.port}`
  const first = await connectQueues(url)
  await first.create(QUEUE, { capacity: 10_000_000 })
  return {
    async connect() {
      return connection(await connectQueues(url))
    },
    async close() {
      await first.close()
      await server.close()
    },
  }
}

function connection(queues: Awaited<ReturnType<typeof connectQueues>>): Connection {
  const take = async (max: number): Promise<Received[]> => {
    const messages = await queues.receive(QUEUE, { max })
    return messages.map(({ body, lease }) => ({ body, ack: lease }))
  }
  return {
    send: (body) => queues.send(QUEUE, body),
    receive: async () => (await take(1))[0] as Received,
    ack: ({ ack }) => queues.ack(ack),
    sendAll: (bodies) => Promise.all(bodies.map((body) => queues.send(QUEUE, body))),
    receiveAll: take,
    ackAll: (received) => queues.ackMany(received.map(({ ack }) => ack)),
    close: () => queues.close(),
  }
}
