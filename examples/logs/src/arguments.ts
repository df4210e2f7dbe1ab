import { parseArgs } from 'node:util'
import { MOST_THREADS } from './api.ts'
import { LogsError } from './errors.ts'

/** What the user asks for. */
export type Request =
  | { readonly verb: 'help' }
  | { readonly verb: 'analyse'; readonly folder: string; readonly threads: number | undefined; readonly json: boolean }

/** How the program is used. */
export const USAGE: string = `Usage: logs <folder> [--threads <n>] [--json]

Sums up the log files of a web server, common or combined format, .gz too, that lie right in a folder.

  --threads <n>  threads that parse, 1 to ${MOST_THREADS} (default: as many as the machine runs at once)
  --json         the sums as one JSON object
  -h, --help     show this

Exit codes: 0 all is well; 1 some files could not be read to their end; 2 the request cannot be carried out;
130, 143 interrupted; 141 nobody read the output.
`

/** Reads the arguments. Throws `LogsError` with one line that says what is wrong. */
export function parseArguments(args: readonly string[]): Request {
  const { values, positionals } = parsed(args)
  if (values.help) return { verb: 'help' }
  const [folder, ...more] = positionals
  if (folder === undefined || folder === '') throw new LogsError('folder: expected the path of one; see --help')
  if (more.length > 0) throw new LogsError(`folder: expected one, got ${positionals.length}; see --help`)
  return { verb: 'analyse', folder, threads: threadsOf(values.threads), json: values.json ?? false }
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { threads: { type: 'string' }, json: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
    })
  } catch (error) {
    const [message = ''] = (error as Error).message.split(/[.\n]/)
    throw new LogsError(`${message}; see --help`, { cause: error })
  }
}

function threadsOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const threads = /^\d{1,3}$/.test(text) ? Number(text) : 0
  if (threads >= 1 && threads <= MOST_THREADS) return threads
  throw new LogsError(
    `--threads: expected an integer from 1 to ${MOST_THREADS}, got ${JSON.stringify(text)}; see --help`,
  )
}
