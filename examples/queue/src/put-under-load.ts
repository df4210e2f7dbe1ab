import { connectQueues } from '@millrace/queue-client'

/** How much. */
export interface Load {
  /** So many clients send, and as many receive. */
  readonly clients: number
  readonly iterations: number
  /** So many requests of a client are under way at a time. */
  readonly depth: number
  readonly bodyBytes: number
}

/** What came of it. */
export interface Outcome {
  readonly messages: number
  /** Three for each message: sent, received, acknowledged. */
  readonly requestsPerSecond: number
}

type Client = Awaited<ReturnType<typeof connectQueues>>

const QUEUE = 'load'

/** Has clients send and receive, spread over the servers. Throws if not every message arrived once. */
export async function putUnderLoad(urls: readonly string[], load: Load): Promise<Outcome> {
  const clients = await Promise.all(
    Array.from({ length: 2 * load.clients }, (_, index) => connectQueues(urls[index % urls.length] as string)),
  )
  try {
    const [first] = clients as [Client]
    await first.create(QUEUE, { leaseMs: 60_000 })
    const began = performance.now()
    const [producers, consumers] = [clients.slice(0, load.clients), clients.slice(load.clients)]
    const share = load.iterations * load.depth
    const [, received] = await Promise.all([
      Promise.all(producers.map((client) => produce(client, load))),
      Promise.all(consumers.map((client) => consume(client, share, load))),
    ])
    const seconds = (performance.now() - began) / 1_000
    const messages = new Set(received.flat()).size
    if (messages !== share * load.clients) throw new Error(`sent ${share * load.clients}, received ${messages}`)
    await first.delete(QUEUE)
    return { messages, requestsPerSecond: (3 * messages) / seconds }
  } finally {
    await Promise.all(clients.map((client) => client.close()))
  }
}

async function produce(client: Client, { iterations, depth, bodyBytes }: Load): Promise<void> {
  const body = new Uint8Array(bodyBytes)
  for (let iteration = 0; iteration < iterations; iteration++) {
    await Promise.all(Array.from({ length: depth }, () => client.send(QUEUE, body)))
  }
}

async function consume(client: Client, count: number, { depth }: Load): Promise<string[]> {
  const ids: string[] = []
  while (ids.length < count) {
    const messages = await client.receive(QUEUE, { max: Math.min(depth, count - ids.length) })
    const outcomes = await Promise.all(messages.map(({ lease }) => client.ack(lease)))
    const wrong = outcomes.find((outcome) => outcome !== 'acked')
    if (wrong !== undefined) throw new Error(`an acknowledgement was answered ${wrong}`)
    ids.push(...messages.map(({ id }) => id))
  }
  return ids
}
