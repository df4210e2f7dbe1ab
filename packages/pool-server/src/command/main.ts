import { exitCodeOf, reasonOf, type Say } from '@millrace/command'
import { priorityPool } from '@millrace/pool'
import { poolServer } from '../pool-server.ts'
import { HELP, parseArguments, type Settings } from './arguments.ts'
import { endOf } from './end.ts'

/** Carries out the command, and answers with its exit code. What goes wrong is told in one sentence. */
export function main(args: readonly string[], version: string): Promise<number> {
  return exitCodeOf('millrace-pool', async (say) => {
    const request = parseArguments(args)
    if (request.verb === 'serve') return serve(request.settings, say)
    process.stdout.write(request.verb === 'help' ? HELP : `${version}\n`)
    return 0
  })
}

async function serve(settings: Settings, say: Say): Promise<number> {
  const { host, port, capacity, overflow, graceMs, ...limits } = settings
  const pool = priorityPool<NonNullable<unknown> | null>({ capacity, overflow })
  const server = await poolServer(pool, { host, port, ...limits }).catch((error: unknown) => {
    throw new Error(`cannot listen at ${host}, port ${port}: ${reasonOf(error)}`, { cause: error })
  })
  process.stdout.write(`listening at ${server.url}, capacity ${capacity}\n`)
  const left = await endOf(pool, server, graceMs)
  if (left === 0) return 0
  say(`${left === 1 ? 'one item was' : `${left} items were`} left in the pool`)
  return 1
}
