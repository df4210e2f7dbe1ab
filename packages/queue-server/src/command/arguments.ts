import type { ParseArgsOptionsConfig } from 'node:util'
import {
  LONGEST_MS,
  oneOf,
  quoted,
  readArguments,
  syncOf,
  type Typed,
  UsageError,
  wholeNumber,
} from '@millrace/command'
import { isHostName, isLoopback } from '@millrace/command/http'
import type { ListenOptions, ServerLimits } from '../api.ts'
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

const LARGEST_COUNT = 2 ** 32 - 1
const MOST_BYTES = 2 ** 53 - 1

/** Reads the arguments. Throws `UsageError`. */
export function parseArguments(args: readonly string[]): Request {
  const { values, positionals } = readArguments(args, { ...OPTIONS, ...(LIMIT_OPTIONS as object) })
  if (values.help) return { verb: 'help' }
  if (values.version) return { verb: 'version' }
  if (positionals.length > 0) throw new UsageError(`expected options only, got ${positionals[0]}`)
  const settings = settingsOf(values)
  refuseUnsafe(settings)
  return { verb: 'serve', settings }
}

type Values = Typed<typeof OPTIONS>['values']

function settingsOf(values: Values): Settings {
  const { path, name: names = [], 'token-file': tokenFile, host = DEFAULTS.host } = values
  const whole = (name: string, least: number, most: number): number | undefined =>
    wholeNumber(`--${name}`, Reflect.get(values, name), least, most)
  if (path === undefined || path === '') throw new UsageError('--path: expected a folder, or :memory:')
  const wrong = names.find((name) => !isHostName(name))
  if (wrong !== undefined) throw new UsageError(`--name: expected a name without a port, got ${quoted(wrong)}`)
  if (tokenFile === '') throw new UsageError('--token-file: expected a file, got an empty name')
  return {
    path,
    sync: durabilityOf(values.sync, path),
    memoryBytes: whole('memory-bytes', 0, MOST_BYTES),
    segmentBytes: whole('segment-bytes', 1, MOST_BYTES),
    listen: { host: hostOf('--host', host), port: whole('port', 0, 65_535) ?? DEFAULTS.port },
    http: httpOf(values, whole('http-port', 0, 65_535)),
    names,
    tokenFile,
    tls: tlsOf(values),
    unsafe: (values.unsafe ?? []).map((text) => oneOf('--unsafe', text, UNSAFE)),
    limits: limitsOf(whole),
    graceMs: whole('grace-ms', 0, LONGEST_MS) ?? DEFAULTS.graceMs,
  }
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

function durabilityOf(text: string | undefined, path: string): Settings['sync'] {
  if (text === undefined) return undefined
  if (path === ':memory:') throw new UsageError('--sync: nothing is on disk with --path :memory:')
  return syncOf(text)
}

function tlsOf({ 'tls-key': key, 'tls-cert': cert }: Values): Settings['tls'] {
  if (key === undefined && cert === undefined) return undefined
  if (key && cert) return { key, cert }
  throw new UsageError('--tls-key and --tls-cert: expected both')
}

function limitsOf(whole: (name: string, least: number, most: number) => number | undefined): ServerLimits {
  const limits = Object.keys(LIMITS).map((name) => {
    const most = name.endsWith('Ms') ? LONGEST_MS : name === 'maxBufferedBytes' ? MOST_BYTES : LARGEST_COUNT
    return [name, whole(optionOf(name), 1, most)]
  })
  return Object.fromEntries(limits)
}

/** The server refuses it too, when the queues are open already and in words of the library. */
function refuseUnsafe({ listen, http, tokenFile, tls, unsafe }: Settings): void {
  for (const [name, place] of Object.entries({ '--host': listen, '--http-host': http })) {
    if (place === undefined || isLoopback(place.host.toLowerCase())) continue
    const refuse = (lack: string, what: string): never => {
      throw new UsageError(`${name}: other machines reach ${place.host}: expected ${lack}, or --unsafe ${what}`)
    }
    if (tokenFile === undefined && !unsafe.includes('no-tokens')) refuse('--token-file', 'no-tokens')
    if (tls === undefined && !unsafe.includes('no-tls')) refuse('--tls-key and --tls-cert', 'no-tls')
  }
}
