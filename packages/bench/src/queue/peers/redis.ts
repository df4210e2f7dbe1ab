import { Redis } from 'ioredis'
import { type Connection, type Received, type Server, together } from '../peer.ts'
import { type ServerProcess, startServer } from '../process.ts'

type Sync = 'everysec' | 'always'

/** redis-server with an append-only file that is synced before each answer, or every second. */
export function redisProcess(sync: Sync): Promise<ServerProcess> {
  return startServer('redis-server', (port, folder) => [
    ...['--bind', '127.0.0.1', '--port', String(port), '--dir', folder],
    ...['--appendonly', 'yes', '--appendfsync', sync, '--save', ''],
  ])
}

/** A list to wait in and a list to work from: LPUSH, BLMOVE, LREM. No leases: what is in work stays there. */
export function redisLists(sync: Sync): Promise<Server> {
  return redis(sync, lists)
}

/** A stream with one group: XADD, XREADGROUP, XACK and XDEL. */
export function redisStreams(sync: Sync): Promise<Server> {
  return redis(sync, streams, async (client) => {
    await client.xgroup('CREATE', 'stream', 'group', '0', 'MKSTREAM')
  })
}

async function redis(
  sync: Sync,
  connection: (client: Redis) => Connection,
  prepare: (client: Redis) => Promise<void> = async () => {},
): Promise<Server> {
  const server = await redisProcess(sync)
  const open = () => new Redis({ port: server.port, host: '127.0.0.1', enableAutoPipelining: false })
  const first = open()
  await prepare(first)
  return {
    connect: async () => connection(open()),
    async close() {
      first.disconnect()
      await server.close()
    },
  }
}

function lists(client: Redis): Connection {
  const one = {
    send: (body: Uint8Array) => client.lpush('waiting', body as Buffer),
    async receive(): Promise<Received> {
      const body = (await client.blmoveBuffer('waiting', 'working', 'RIGHT', 'LEFT', 0)) as Buffer
      return { body, ack: '' }
    },
    ack: ({ body }: Received) => client.lrem('working', -1, body as Buffer),
  }
  return { ...one, ...together(one), close: () => client.disconnect() }
}

type Entry = [Buffer, [Buffer, Buffer]]

function streams(client: Redis): Connection {
  const consumer = `c${Math.random()}`
  const take = async (most: number): Promise<Received[]> => {
    const answer = (await client.xreadgroupBuffer(
      ...(['GROUP', 'group', consumer, 'COUNT', most, 'BLOCK', 0, 'STREAMS', 'stream', '>'] as const),
    )) as [Buffer, Entry[]][]
    return (answer[0]?.[1] ?? []).map(([id, [, body]]) => ({ body, ack: id.toString() }))
  }
  const ackAll = (received: readonly Received[]) => {
    const ids = received.map(({ ack }) => ack)
    return Promise.all([client.xack('stream', 'group', ...ids), client.xdel('stream', ...ids)])
  }
  const send = (body: Uint8Array) => client.xadd('stream', '*', 'body', body as Buffer)
  return {
    send,
    receive: async () => (await take(1))[0] as Received,
    ack: (received) => ackAll([received]),
    sendAll: (bodies) => Promise.all(bodies.map(send)),
    receiveAll: take,
    ackAll,
    close: () => client.disconnect(),
  }
}
