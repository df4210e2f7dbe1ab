import { readdirSync } from 'node:fs'
import { oneLine, readText, reasonOf, syncOf, UsageError } from '@millrace/command'
import { openQueues, type QueueEngine, type QueueError } from '@millrace/queue'
import { type ClientState, connectQueues } from '../index.ts'
import { SCHEMES } from '../url.ts'
import type { Arguments } from './arguments.ts'

/** Variables that stand for options. */
export type Environment = Readonly<Record<string, string | undefined>>

/** Where the queues are. */
export type Place =
  | { readonly kind: 'folder'; readonly path: string; readonly sync: ReturnType<typeof syncOf> | undefined }
  | {
      readonly kind: 'server'
      readonly url: string
      readonly tokenFile: string | undefined
      readonly caFile: string | undefined
    }

const DEFAULT_URL = 'millrace://127.0.0.1:7411'
const LOG_FILE = /^\d{12}\.log$/
/** A request that has waited so long for a connection is given up. */
const UNREACHABLE_MS = 30_000

/** How queues are opened. */
export interface Opening {
  /** Whether a folder is made if it is not there. */
  readonly makesFolder: boolean
  /** Ends the connecting. */
  readonly signal: AbortSignal
  /** Told when the connection is lost. Another one is tried to be made. */
  onLost(error: unknown): void
}

/** Reads where the queues are. Throws `UsageError`. */
export function placeOf(args: Arguments, environment: Environment): Place {
  const path = args.text('path')
  const url = args.text('url')
  const sync = args.text('sync')
  const tokenFile = args.text('token-file')
  const caFile = args.text('ca-file')
  if (path === undefined) {
    if (sync !== undefined) throw new UsageError('--sync: expected --path with it; a server has its own')
    const at = url ?? (environment['MILLRACE_QUEUE_URL'] || DEFAULT_URL)
    checkUrl(at, url === undefined ? 'MILLRACE_QUEUE_URL' : '--url')
    return { kind: 'server', url: at, tokenFile, caFile }
  }
  for (const [name, value] of Object.entries({ url, 'token-file': tokenFile, 'ca-file': caFile })) {
    if (value !== undefined) throw new UsageError(`--path and --${name}: expected one of them`)
  }
  return { kind: 'folder', path, sync: sync === undefined ? undefined : syncOf(sync) }
}

/** Opens the queues. What it throws is for the user, and tells no token. */
export async function open(place: Place, environment: Environment, options: Opening): Promise<QueueEngine> {
  if (place.kind === 'server') {
    const { signal, onLost } = options
    const onStateChange = (state: ClientState, error: QueueError | undefined): void => {
      if (state === 'reconnecting') onLost(error)
    }
    return connectQueues(place.url, {
      ...connection(place, environment),
      signal,
      onStateChange,
      unreachableMs: UNREACHABLE_MS,
    })
  }
  const { path, sync } = place
  if (path !== ':memory:' && !options.makesFolder && !hasQueues(path))
    throw new Error(`there are no queues in ${oneLine(path)}; "create" makes the first, and the folder`)
  try {
    return await openQueues({ path, sync })
  } catch (error) {
    throw new Error(`cannot open ${oneLine(path)}: ${reasonOf(error)}`, { cause: error })
  }
}

function connection({ tokenFile, caFile }: Place & { kind: 'server' }, environment: Environment) {
  const token =
    tokenFile === undefined ? environment['MILLRACE_QUEUE_TOKEN'] : readText('--token-file', tokenFile).trim()
  if (token === '' && tokenFile !== undefined) throw new Error(`--token-file: ${oneLine(tokenFile)} is empty`)
  return {
    token: token || undefined,
    tls: caFile === undefined ? undefined : { ca: readText('--ca-file', caFile) },
  }
}

function checkUrl(text: string, from: string): void {
  const url = URL.canParse(text) ? new URL(text) : undefined
  // Not shown: it may carry a token.
  if (url === undefined || !SCHEMES.includes(url.protocol))
    throw new UsageError(`${from}: expected a URL such as ${DEFAULT_URL}, or millraces:// for TLS`)
  // In an argument it would stand in the list of processes, and in the history of the shell.
  if (from === '--url' && (url.username !== '' || url.password !== ''))
    throw new UsageError('--url: expected no token in it; give it by --token-file or MILLRACE_QUEUE_TOKEN')
}

/** Whether a log of queues is there: whoever only looks must not make one in a folder that was not meant. */
function hasQueues(path: string): boolean {
  try {
    return readdirSync(path).some((name) => LOG_FILE.test(name))
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return false
    throw new Error(`cannot open ${oneLine(path)}: ${reasonOf(error)}`, { cause: error })
  }
}
