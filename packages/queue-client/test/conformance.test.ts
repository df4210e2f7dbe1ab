import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type OpenOptions, openQueues } from '@millrace/queue'
import { type Kind, type Make, queueClaims } from '@millrace/queue/conformance'
import { createServer } from '@millrace/queue-server'
import { describe, test } from 'vitest'
import { connectQueues } from '../src/index.ts'
import { listenAtOwn } from './ports.ts'
import { HandClock } from './support.ts'

/** A client of a server whose engine is made so; a reopened one is a new client, after the server was started anew on the same engine. */
const over =
  (open: () => Promise<OpenOptions>, clock?: HandClock): Make =>
  async () => {
    const options = await open()
    const engine = await openQueues(options)
    let server = createServer({ engine })
    const { url, port } = await listenAtOwn((port) => server.listen({ port }))
    const client = await connectQueues(url)
    let last = client
    return {
      engine: client,
      async advance(ms) {
        if (clock !== undefined) clock.nowMs += ms
        for (const name of (await engine.list()).slice(0, 1)) await engine.stats(name)
      },
      connect: () => connectQueues(url),
      async reopen() {
        await last.close()
        await server.close()
        server = createServer({ engine })
        await server.listen({ port })
        last = await connectQueues(url)
        return last
      },
      async release() {
        await server.close({ timeoutMs: 0 })
        await engine.close()
        if (options.path !== ':memory:') await rm(options.path, { recursive: true })
      },
    }
  }

const memory: Make = async () => {
  const clock = new HandClock()
  return over(async () => ({ path: ':memory:', clock }), clock)()
}

const disk = over(async () => ({ path: await mkdtemp(join(tmpdir(), 'millrace-queue-client-')), sync: 'never' }))

/** More than a slow machine takes for a claim. */
const deadlineMs = 50_000

const kinds: Record<string, Kind> = {
  'of queues in memory, whose clock is wound': {
    make: memory,
    windsClock: true,
    connects: true,
    reopens: true,
    deadlineMs,
  },
  'of queues on disk': { make: disk, connects: true, reopens: true, deadlineMs },
}

describe.each(Object.entries(kinds))('a client %s', (_, kind) => {
  test.each(queueClaims(kind))('$verb: $claim', ({ run }) => run())
})
