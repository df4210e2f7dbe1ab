import { getSystemErrorMessage } from 'node:util'
import { priorityPool } from '@millrace/pool'
import { poolServer } from '../pool-server.ts'
import { HELP, parseArguments, type Settings, UsageError } from './arguments.ts'
import { endOf } from './end.ts'

/** Carries out the command, and answers with its exit code. What goes wrong is told in one sentence. */
export async function main(args: readonly string[], version: string): Promise<number> {
  // Whoever reads the output may stop to; the pool is served all the same.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {})
  try {
    const request = parseArguments(args)
    if (request.verb === 'serve') return await serve(request.settings)
    process.stdout.write(request.verb === 'help' ? HELP : `${version}\n`)
    return 0
  } catch (error) {
    const isMisuse = error instanceof UsageError
    say(isMisuse ? `${error.message}; see --help` : reasonOf(error))
    return isMisuse ? 2 : 1
  }
}

async function serve(settings: Settings): Promise<number> {
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

function say(sentence: string): void {
  process.stderr.write(`millrace-pool: ${sentence}\n`)
}

/** The cause in the system's own words, for example `address already in use (EADDRINUSE)`. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if (!('code' in error && 'errno' in error && typeof error.errno === 'number')) return error.message
  return `${getSystemErrorMessage(error.errno)} (${error.code})`
}
