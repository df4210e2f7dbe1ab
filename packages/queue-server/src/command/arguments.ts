import { type ParseArgsOptionsConfig, parseArgs } from 'node:util'
import type { ListenOptions, ServerLimits } from '../api.ts'
import { isHostName } from '../http/options.ts'
import { isLoopback } from '../options.ts'
import { closest } from './closest.ts'
import { DEFAULTS, LIMITS, optionOf } from './help.ts'

/** What the user asks for. */
export type Request =
  | { readonly verb: 'help' }
  | { readonly verb: 'version' }
  | { readonly verb: 'serve'; readonly settings: Settings }

/** How to serve. */
export interface Settings {
  readonly path: string
  readonly sync: 'always' | 'never' | { readonly everyMs: number } | undefined
  readonly memoryBytes: number | undefined
  readonly segmentBytes: number | undefined
  readonly listen: Place
  /** None: not over HTTP. */
  readonly http: Place | undefined
  readonly names: readonly string[]
  readonly tokenFile: string | undefined
  readonly tls: { readonly key: string; readonly cert: string } | undefined
  readonly unsafe: NonNullable<ListenOptions['unsafe']>
  readonly limits: ServerLimits
  readonly graceMs: number
}

/** Where to listen. */
export interface Place {
  readonly host: string
  readonly port: number
}

/** The arguments make no sense. Its message is one line for the user. */
export class UsageError extends Error {
  override readonly name: string = 'UsageError'
}

const UNSAFE = ['no-tokens', 'no-tls'] as const

const OPTIONS = {
  path: { type: 'string' },
  sync: { type: 'string' },
  'memory-bytes': { type: 'string' },
  'segment-bytes': { type: 'string' },
  host: { type: 'string' },
  port: { type: 'string', short: 'p' },
  'http-host': { type: 'string' },
  'http-port': { type: 'string' },
  'no-http': { type: 'boolean' },
  name: { type: 'string', multiple: true },
  'token-file': { type: 'string' },
  'tls-key': { type: 'string' },
  'tls-cert': { type: 'string' },
  unsafe: { type: 'string', multiple: true },
  'grace-ms': { type: 'string' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean', short: 'v' },
} as const satisfies ParseArgsOptionsConfig

const LIMIT_OPTIONS = Object.fromEntries(Object.keys(LIMITS).map((name) => [optionOf(name), { type: 'string' }]))

const LONGEST_TIMER_MS = 2 ** 31 - 1
const LARGEST_COUNT = 2 ** 32 - 1
const MOST_BYTES = 2 ** 53 - 1

/** Reads the arguments. Throws `UsageError`. */
export function parseArguments(args: readonly string[]): Request {
  const { values, positionals } = read(args)
  if (values.help) return { verb: 'help' }
  if (values.version) return { verb: 'version' }
  if (positionals.length > 0) throw new UsageError(`expected options only, got ${positionals[0]}`)
  const settings = settingsOf(values)
  refuseUnsafe(settings)
  return { verb: 'serve', settings }
}

type Values = ReturnType<typeof read>['values']

function settingsOf(values: Values): Settings {
  const { path, name: names = [], 'token-file': tokenFile, host = DEFAULTS.host } = values
  const whole = (name: string, least: number, most: number): number | undefined =>
    wholeNumber(`--${name}`, Reflect.get(values, name), least, most)
  if (path === undefined || path === '') throw new UsageError('--path: expected a folder, or :memory:')
  const wrong = names.find((name) => !isHostName(name))
  if (wrong !== undefined) throw new UsageError(`--name: expected a name without a port, got ${JSON.stringify(wrong)}`)
  if (tokenFile === '') throw new UsageError('--token-file: expected a file, got an empty name')
  return {
    path,
    sync: syncOf(values.sync, path),
    memoryBytes: whole('memory-bytes', 0, MOST_BYTES),
    segmentBytes: whole('segment-bytes', 1, MOST_BYTES),
    listen: { host: hostOf('--host', host), port: whole('port', 0, 65_535) ?? DEFAULTS.port },
    http: httpOf(values, whole('http-port', 0, 65_535)),
    names,
    tokenFile,
    tls: tlsOf(values),
    unsafe: (values.unsafe ?? []).map(unsafeOf),
    limits: limitsOf(whole),
    graceMs: whole('grace-ms', 0, LONGEST_TIMER_MS) ?? DEFAULTS.graceMs,
  }
}

function read(args: readonly string[]) {
  try {
    return parseArgs({
      args: withNumbersJoined(args),
      options: { ...OPTIONS, ...(LIMIT_OPTIONS as object) },
      allowPositionals: true,
    })
  } catch (error) {
    if (!(error instanceof Error)) throw error
    const unknown = /^Unknown option '(-[^']*)'/.exec(error.message)?.[1]
    if (unknown === undefined) throw new UsageError(error.message.split(/[.\n]/, 1)[0], { cause: error })
    const near = closest(unknown.replace(/^-+/, ''), Object.keys({ ...OPTIONS, ...LIMIT_OPTIONS }))
    const hint = near === undefined ? '' : `; did you mean --${near}?`
    throw new UsageError(`there is no option ${unknown}${hint}`, { cause: error })
  }
}

/** `--port -1` as `--port=-1`: so it is a wrong number, not an option that is missing its value. */
function withNumbersJoined(args: readonly string[]): string[] {
  const joined: string[] = []
  for (const arg of args) {
    const before = joined.at(-1)
    if (/^-\d/.test(arg) && before !== undefined && /^--[a-z-]+$/.test(before)) joined.splice(-1, 1, `${before}=${arg}`)
    else joined.push(arg)
  }
  return joined
}

function httpOf(values: Values, port: number | undefined): Place | undefined {
  const { 'http-host': host, 'no-http': isOff = false } = values
  if (!isOff) return { host: hostOf('--http-host', host ?? DEFAULTS.httpHost), port: port ?? DEFAULTS.httpPort }
  if (host === undefined && port === undefined) return undefined
  throw new UsageError('--no-http: expected neither --http-host nor --http-port with it')
}

function hostOf(name: string, host: string): string {
  if (host !== '') return host.toLowerCase()
  throw new UsageError(`${name}: expected an address, got an empty one`)
}

function syncOf(text: string | undefined, path: string): Settings['sync'] {
  if (text === undefined) return undefined
  if (path === ':memory:') throw new UsageError('--sync: nothing is on disk with --path :memory:')
  if (text === 'always' || text === 'never') return text
  if (/^\d+$/.test(text) && Number(text) >= 1 && Number(text) <= LONGEST_TIMER_MS) return { everyMs: Number(text) }
  throw new UsageError(`--sync: expected always, never or a number of milliseconds, got ${JSON.stringify(text)}`)
}

function tlsOf({ 'tls-key': key, 'tls-cert': cert }: Values): Settings['tls'] {
  if (key === undefined && cert === undefined) return undefined
  if (key && cert) return { key, cert }
  throw new UsageError('--tls-key and --tls-cert: expected both')
}

function unsafeOf(text: string): (typeof UNSAFE)[number] {
  const found = UNSAFE.find((one) => one === text)
  if (found !== undefined) return found
  throw new UsageError(`--unsafe: expected ${UNSAFE.join(' or ')}, got ${JSON.stringify(text)}`)
}

function limitsOf(whole: (name: string, least: number, most: number) => number | undefined): ServerLimits {
  const limits = Object.keys(LIMITS).map((name) => {
    const most = name.endsWith('Ms') ? LONGEST_TIMER_MS : name === 'maxBufferedBytes' ? MOST_BYTES : LARGEST_COUNT
    return [name, whole(optionOf(name), 1, most)]
  })
  return Object.fromEntries(limits)
}

/** The server refuses it too, when the queues are open already and in words of the library. */
function refuseUnsafe({ listen, http, tokenFile, tls, unsafe }: Settings): void {
  for (const [name, place] of Object.entries({ '--host': listen, '--http-host': http })) {
    if (place === undefined || isLoopback(place.host)) continue
    const refuse = (lack: string, what: string): never => {
      throw new UsageError(`${name}: other machines reach ${place.host}: expected ${lack}, or --unsafe ${what}`)
    }
    if (tokenFile === undefined && !unsafe.includes('no-tokens')) refuse('--token-file', 'no-tokens')
    if (tls === undefined && !unsafe.includes('no-tls')) refuse('--tls-key and --tls-cert', 'no-tls')
  }
}

function wholeNumber(name: string, text: string | undefined, least: number, most: number): number | undefined {
  if (text === undefined) return undefined
  const number = /^\d+$/.test(text) ? Number(text) : Number.NaN
  if (number >= least && number <= most) return number
  throw new UsageError(`${name}: expected a whole number from ${least} to ${most}, got ${JSON.stringify(text)}`)
}
