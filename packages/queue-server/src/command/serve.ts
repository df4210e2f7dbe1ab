import { reasonOf, type Say, signalled } from '@millrace/command'
import { type Durability, openQueues, type QueueEngine } from '@millrace/queue'
import type { Listening, QueueServer } from '../api.ts'
import type { Monitor } from '../http/api.ts'
import { createMonitor } from '../http/monitor.ts'
import { createServer } from '../server.ts'
import type { Place, Settings } from './arguments.ts'
import { readTls, readTokens } from './files.ts'

/**
 * Serves queues until a signal comes, and answers with the exit code.
 *
 *     opened ──▶ listening ── signal ──▶ requests end, or the grace is over ──▶ queues closed ──▶ end
 *                               └──────────────── another signal ──▶ the process dies of it
 */
export async function serve(settings: Settings, say: Say): Promise<number> {
  const tokens = settings.tokenFile === undefined ? undefined : readTokens(settings.tokenFile)
  const tls = settings.tls === undefined ? undefined : readTls(settings.tls)
  const engine = await open(settings, say)
  const durability: Durability = settings.path === ':memory:' ? 'memory' : (settings.sync ?? 'always')
  const onError = (error: unknown): void => say(`the queues failed: ${reasonOf(error)}`)
  const server = createServer({ engine, tokens, tls, limits: settings.limits, durability, onError })
  const monitor = createMonitor({ engine, servers: { tcp: server }, tokens, tls, names: settings.names })
  const close = async (timeoutMs: number): Promise<void> => {
    await Promise.all([server.close({ timeoutMs }), monitor.close({ timeoutMs })])
    await engine.close()
  }
  try {
    await tellWhere(settings, durability, server, monitor)
  } catch (error) {
    await close(0)
    throw error
  }
  await signalled()
  await close(settings.graceMs)
  const cut = server.stats().cut.closing
  if (cut === 0) return 0
  say(`${cut === 1 ? 'one connection was' : `${cut} connections were`} cut when the grace was over`)
  return 1
}

/** Listens, and prints a line for each place once all are reached. */
async function tellWhere(
  settings: Settings,
  durability: Durability,
  server: QueueServer,
  monitor: Monitor,
): Promise<void> {
  const { listen, http, unsafe, path } = settings
  const queues = await listening(listen, () => server.listen({ ...listen, unsafe }))
  const page = http && (await listening(http, () => monitor.listen({ ...http, unsafe })))
  const kept = path === ':memory:' ? wordsOf(durability) : `queues in ${path}, ${wordsOf(durability)}`
  process.stdout.write(`listening at ${queues.url}, ${kept}\n`)
  if (page !== undefined) process.stdout.write(`page, /metrics and /health at ${page.url}, ${kept}\n`)
}

async function open({ path, sync, memoryBytes, segmentBytes }: Settings, say: Say): Promise<QueueEngine> {
  const opened = await openQueues({ path, sync, memoryBytes, segmentBytes }).catch((error: unknown) => {
    throw new Error(`cannot open ${path}: ${reasonOf(error)}`, { cause: error })
  })
  for (const { file, offset, bytes } of opened.recovery.damages)
    say(`${file}: ${bytes} bytes at ${offset} could not be read; nothing else is lost`)
  return opened
}

async function listening({ host, port }: Place, listen: () => Promise<Listening>): Promise<Listening> {
  try {
    return await listen()
  } catch (error) {
    throw new Error(`cannot listen at ${host}, port ${port}: ${reasonOf(error)}`, { cause: error })
  }
}

function wordsOf(durability: Durability): string {
  if (typeof durability === 'object')
    return `changes are on disk at most ${durability.everyMs} ms after they are answered`
  return {
    memory: 'queues in memory, which end with the process',
    always: 'changes are on disk when they are answered',
    never: 'changes are on disk when the system writes them',
  }[durability]
}
