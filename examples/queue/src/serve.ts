import { openQueues } from '@millrace/queue'
import { createServer, type Listening } from '@millrace/queue-server'

/** Queues that are served. */
export interface Served {
  readonly urls: readonly string[]
  close(): Promise<void>
}

/** Serves the queues of a folder, or of memory, by so many servers, each of which listens at a port of its own: from `port` on, or at free ones. */
export async function serve(path: string, port: number, servers: number): Promise<Served> {
  const engine = await openQueues({ path })
  const all = Array.from({ length: servers }, () => createServer({ engine }))
  const close = async (): Promise<void> => {
    await Promise.all(all.map((server) => server.close()))
    await engine.close()
  }
  try {
    const places: Listening[] = []
    for (const [index, server] of all.entries()) {
      places.push(await server.listen({ port: port === 0 ? 0 : port + index }))
    }
    return { urls: places.map(({ url }) => url), close }
  } catch (error) {
    await close()
    throw error
  }
}

/** Serves until a signal comes. Another one ends the process at once. */
export async function serveUntilSignal(path: string, port: number, servers: number): Promise<void> {
  const { urls, close } = await serve(path, port, servers)
  for (const url of urls) console.log(`${path} at ${url}`)
  await new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve())
  })
  await close()
}
