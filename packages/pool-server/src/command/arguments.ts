import type { ParseArgsOptionsConfig } from 'node:util'
import { LONGEST_MS, oneOf, quoted, readArguments, UsageError, wholeNumber } from '@millrace/command'
import { isHostName } from '@millrace/command/http'
import { DEFAULT_LIMITS } from '../limits.ts'

/** What the user asks for. */
export type Request =
  | { readonly verb: 'help' }
  | { readonly verb: 'version' }
  | { readonly verb: 'serve'; readonly settings: Settings }

/** How to serve. */
export interface Settings {
  readonly host: string
  readonly port: number
  readonly capacity: number
  readonly overflow: Overflow
  readonly maxBodyBytes: number
  readonly maxBatch: number
  readonly maxDrain: number
  readonly maxAnswerBytes: number
  readonly maxAnswerMs: number
  readonly names: readonly string[]
  readonly maxTimeoutMs: number
  readonly graceMs: number
}

/** What a full pool does with another item. */
type Overflow = (typeof OVERFLOWS)[number]

const OVERFLOWS = ['wait', 'reject', 'evict-lowest'] as const
const MOST = LONGEST_MS

const DEFAULTS: Settings = {
  host: '127.0.0.1',
  names: [],
  port: 8080,
  capacity: 100_000,
  overflow: 'wait',
  ...DEFAULT_LIMITS,
  graceMs: 5000,
}

const OPTIONS = {
  host: { type: 'string' },
  name: { type: 'string', multiple: true },
  port: { type: 'string', short: 'p' },
  capacity: { type: 'string', short: 'c' },
  overflow: { type: 'string' },
  'max-body-bytes': { type: 'string' },
  'max-batch': { type: 'string' },
  'max-drain': { type: 'string' },
  'max-answer-bytes': { type: 'string' },
  'max-answer-ms': { type: 'string' },
  'max-timeout-ms': { type: 'string' },
  'grace-ms': { type: 'string' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean', short: 'v' },
} as const satisfies ParseArgsOptionsConfig

/** What `--help` prints. */
export const HELP: string = `Usage: millrace-pool [options]

Serves a bounded priority pool over HTTP.

  --host <address>        where to listen (default: ${DEFAULTS.host}, this machine only)
  --name <name>           a further name it is reached by, such as the one a proxy passes on; any number of times
  -p, --port <n>          at which port; 0 picks a free one (default: ${DEFAULTS.port})
  -c, --capacity <n>      how many items the pool holds (default: ${DEFAULTS.capacity})
  --overflow <what>       what a full pool does: ${OVERFLOWS.join(', ')} (default: ${DEFAULTS.overflow})
  --max-body-bytes <n>    of a submit (default: ${DEFAULTS.maxBodyBytes})
  --max-batch <n>         items of a submit (default: ${DEFAULTS.maxBatch})
  --max-drain <n>         items of a drain (default: ${DEFAULTS.maxDrain})
  --max-answer-bytes <n>  of a drain (default: ${DEFAULTS.maxAnswerBytes})
  --max-answer-ms <n>     how long a client may take to receive an answer (default: ${DEFAULTS.maxAnswerMs})
  --max-timeout-ms <n>    how long a request may wait (default: ${DEFAULTS.maxTimeoutMs})
  --grace-ms <n>          after a signal: how long the pool may still be drained (default: ${DEFAULTS.graceMs})
  -h, --help              show this
  -v, --version           show the version

  curl localhost:8080/submit/1000 -H 'content-type: application/json' -d '{"item":"tea","priority":5}'
  curl localhost:8080/drain/10/1000

The first SIGINT or SIGTERM closes the pool: submits are answered with 410, drains go on until nothing is left or the grace is over. The
second ends it at once.

Exit codes: 0 ended and nothing was left; 1 it could not listen, or items were left; 2 the arguments make no sense.
`

/** Reads the arguments. Throws `UsageError`. */
export function parseArguments(args: readonly string[]): Request {
  const { values, positionals } = readArguments(args, OPTIONS)
  if (values.help) return { verb: 'help' }
  if (values.version) return { verb: 'version' }
  if (positionals.length > 0) throw new UsageError(`expected options only, got ${positionals[0]}`)
  const { host = DEFAULTS.host, overflow = DEFAULTS.overflow } = values
  if (host === '') throw new UsageError('--host: expected an address, got an empty one')
  const wrong = values.name?.find((name) => !isHostName(name))
  if (wrong !== undefined) throw new UsageError(`--name: expected a name without a port, got ${quoted(wrong)}`)
  const whole = (
    name: Exclude<keyof typeof values, 'help' | 'version' | 'name'>,
    least: number,
    otherwise: number,
    most = MOST,
  ) => wholeNumber(`--${name}`, values[name], least, most) ?? otherwise
  const settings: Settings = {
    host,
    names: values.name ?? DEFAULTS.names,
    port: whole('port', 0, DEFAULTS.port, 65_535),
    capacity: whole('capacity', 1, DEFAULTS.capacity),
    overflow: oneOf('--overflow', overflow, OVERFLOWS),
    maxBodyBytes: whole('max-body-bytes', 1, DEFAULTS.maxBodyBytes),
    maxBatch: whole('max-batch', 1, DEFAULTS.maxBatch),
    maxDrain: whole('max-drain', 1, DEFAULTS.maxDrain),
    maxAnswerBytes: whole('max-answer-bytes', 1, DEFAULTS.maxAnswerBytes),
    maxAnswerMs: whole('max-answer-ms', 1, DEFAULTS.maxAnswerMs),
    maxTimeoutMs: whole('max-timeout-ms', 1, DEFAULTS.maxTimeoutMs),
    graceMs: whole('grace-ms', 0, DEFAULTS.graceMs),
  }
  return { verb: 'serve', settings }
}
