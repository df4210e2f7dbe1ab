import { isIP } from 'node:net'
import { inspect } from 'node:util'
import type { MonitorCloseOptions, MonitoredEngine, MonitorListenOptions, MonitorOptions } from './api.ts'
import { isLoopback } from './names.ts'

const VERBS = [
  'list',
  'stats',
  'peek',
  'pause',
  'resume',
  'purge',
  'redrive',
] as const satisfies (keyof MonitoredEngine)[]

/** Throws `TypeError` for what a monitor cannot be made of. */
export function checkMonitor(options: MonitorOptions): void {
  checkNames(options, ['engine', 'servers', 'tokens', 'tls', 'names'])
  const { engine, servers = [], tokens = [], names = [], tls } = options
  if (!VERBS.every((verb) => typeof engine?.[verb] === 'function')) wrong('engine', 'a queue engine', engine)
  each(
    'servers',
    servers,
    'servers with a name',
    (one) => typeof one?.name === 'string' && typeof one.stats === 'function',
  )
  each(
    'tokens',
    tokens,
    'tokens with their right',
    (one) => isToken(one?.token) && isRight(one.right),
    () => 'another',
  )
  each('names', names, 'host names without a port', isHostName)
  if (tls !== undefined && !(tls?.key && tls.cert)) throw new TypeError('tls: expected a key and a cert')
}

/** Throws `TypeError` or `RangeError` for where it cannot or should not listen. */
export function checkListen(options: MonitorListenOptions, hasTokens: boolean): void {
  checkNames(options, ['host', 'port', 'withoutTokens'])
  const { host, port, withoutTokens } = options
  if (host !== undefined && (typeof host !== 'string' || host === '')) wrong('host', 'an address', host)
  if (port !== undefined && !(Number.isInteger(port) && port >= 0 && port <= 65_535))
    throw new RangeError(`port: expected an integer from 0 to 65535, got ${inspect(port)}`)
  if (withoutTokens !== undefined && typeof withoutTokens !== 'boolean')
    wrong('withoutTokens', 'a boolean', withoutTokens)
  if (host !== undefined && !isLoopback(host) && !hasTokens && !withoutTokens)
    throw new TypeError(
      `host: other machines reach ${host}, and there are no tokens; give some, or withoutTokens: true`,
    )
}

/** Throws `TypeError` or `RangeError` for what is no time to end in. */
export function checkClose(options: MonitorCloseOptions): void {
  checkNames(options, ['timeoutMs'])
  const { timeoutMs } = options
  if (timeoutMs !== undefined && !(typeof timeoutMs === 'number' && timeoutMs >= 0))
    throw new RangeError(`timeoutMs: expected a number of milliseconds from 0, got ${inspect(timeoutMs)}`)
}

/** Whether a value is a name or an address, without a port. */
export function isHostName(value: unknown): boolean {
  return typeof value === 'string' && (isIP(value) !== 0 || /^[^:/[\]]+$/.test(value))
}

/** What a header can carry, and nobody types by chance. */
function isToken(value: unknown): boolean {
  return typeof value === 'string' && /^[\x21-\x7e]+$/.test(value)
}

function isRight(value: unknown): boolean {
  return value === 'look' || value === 'change'
}

function each<T>(
  name: string,
  values: readonly T[],
  what: string,
  isOne: (value: T) => boolean,
  show: (value: unknown) => string = inspect,
): void {
  if (!Array.isArray(values)) wrong(name, what, values)
  for (const value of values) if (!isOne(value)) throw new TypeError(`${name}: expected ${what}, got ${show(value)}`)
}

function wrong(name: string, what: string, value: unknown): never {
  throw new TypeError(`${name}: expected ${what}, got ${inspect(value, { depth: 0 })}`)
}

function checkNames(options: object, known: readonly string[]): void {
  if (typeof options !== 'object' || options === null) wrong('options', 'an object', options)
  for (const name in options) {
    if (!known.includes(name)) throw new TypeError(`${name}: there is no such option; there are ${known.join(', ')}`)
  }
}
