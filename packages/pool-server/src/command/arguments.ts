import { type ParseArgsOptionsConfig, parseArgs } from 'node:util'
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
  readonly maxTimeoutMs: number
  readonly graceMs: number
}

/** What a full pool does with another item. */
type Overflow = (typeof OVERFLOWS)[number]

/** The arguments make no sense. Its message is one line for the user. */
export class UsageError extends Error {
  override readonly name: string = 'UsageError'
}

const OVERFLOWS = ['wait', 'reject', 'evict-lowest'] as const
const MOST = 2 ** 31 - 1

const DEFAULTS: Settings = {
  host: '127.0.0.1',
  port: 8080,
  capacity: 100_000,
  overflow: 'wait',
  ...DEFAULT_LIMITS,
  graceMs: 5000,
}

const OPTIONS = {
  host: { type: 'string' },
  port: { type: 'string', short: 'p' },
  capacity: { type: 'string', short: 'c' },
  overflow: { type: 'string' },
  'max-body-bytes': { type: 'string' },
  'max-batch': { type: 'string' },
  'max-drain': { type: 'string' },
  'max-timeout-ms': { type: 'string' },
  'grace-ms': { type: 'string' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean', short: 'v' },
} as const satisfies ParseArgsOptionsConfig

/** What `--help` prints. */
export const HELP: string = `Usage: millrace-pool [options]

Serves a bounded priority pool over HTTP.

  --host <address>        where to listen (default: ${DEFAULTS.host}, this machine only)
  -p, --port <n>          at which port; 0 picks a free one (default: ${DEFAULTS.port})
  -c, --capacity <n>      how many items the pool holds (default: ${DEFAULTS.capacity})
  --overflow <what>       what a full pool does: ${OVERFLOWS.join(', ')} (default: ${DEFAULTS.overflow})
  --max-body-bytes <n>    of a submit (default: ${DEFAULTS.maxBodyBytes})
  --max-batch <n>         items of a submit (default: ${DEFAULTS.maxBatch})
  --max-drain <n>         items of a drain (default: ${DEFAULTS.maxDrain})
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
  const { values, positionals } = read(args)
  if (values.help) return { verb: 'help' }
  if (values.version) return { verb: 'version' }
  if (positionals.length > 0) throw new UsageError(`expected options only, got ${positionals[0]}`)
  const { host = DEFAULTS.host, overflow = DEFAULTS.overflow } = values
  if (host === '') throw new UsageError('--host: expected an address, got an empty one')
  const whole = (
    name: Exclude<keyof typeof values, 'help' | 'version'>,
    least: number,
    otherwise: number,
    most = MOST,
  ) => wholeNumber(`--${name}`, values[name], least, most) ?? otherwise
  const settings: Settings = {
    host,
    port: whole('port', 0, DEFAULTS.port, 65_535),
    capacity: whole('capacity', 1, DEFAULTS.capacity),
    overflow: overflowOf(overflow),
    maxBodyBytes: whole('max-body-bytes', 1, DEFAULTS.maxBodyBytes),
    maxBatch: whole('max-batch', 1, DEFAULTS.maxBatch),
    maxDrain: whole('max-drain', 1, DEFAULTS.maxDrain),
    maxTimeoutMs: whole('max-timeout-ms', 1, DEFAULTS.maxTimeoutMs),
    graceMs: whole('grace-ms', 0, DEFAULTS.graceMs),
  }
  return { verb: 'serve', settings }
}

function read(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true })
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message.split(/[.\n]/, 1)[0] : String(error), { cause: error })
  }
}

function wholeNumber(name: string, text: string | undefined, least: number, most: number): number | undefined {
  if (text === undefined) return undefined
  const number = /^\d+$/.test(text) ? Number(text) : Number.NaN
  if (number >= least && number <= most) return number
  throw new UsageError(`${name}: expected a whole number from ${least} to ${most}, got ${JSON.stringify(text)}`)
}

function overflowOf(text: string): Overflow {
  const overflow = OVERFLOWS.find((one) => one === text)
  if (overflow !== undefined) return overflow
  throw new UsageError(`--overflow: expected ${OVERFLOWS.join(', ')}, got ${JSON.stringify(text)}`)
}
