import { isIP } from 'node:net'
import { inspect } from 'node:util'
import type { Right, TokenRule } from '../api.ts'
import { checkSafe } from '../options.ts'
import type { MonitoredEngine, MonitorListenOptions, MonitorOptions } from './api.ts'

const VERBS = [
  'list',
  'stats',
  'peek',
  'pause',
  'resume',
  'purge',
  'redrive',
] as const satisfies (keyof MonitoredEngine)[]
const RIGHTS: readonly Right[] = ['send', 'receive', 'manage']
const SHORTEST_TOKEN = 16

/** Throws `TypeError` for what a monitor cannot be made of. */
export function checkMonitor(options: MonitorOptions): void {
  checkNames('', options, ['engine', 'servers', 'tokens', 'tls', 'names'])
  const { engine, servers = {}, tokens, names = [], tls } = options
  if (!VERBS.every((verb) => typeof engine?.[verb] === 'function')) wrong('engine', 'a queue engine', engine)
  for (const [name, server] of Object.entries(servers))
    if (typeof server?.stats !== 'function') wrong(`servers: ${name}`, 'a queue server', server)
  if (tokens !== undefined) checkTokens(tokens)
  const strange = Array.isArray(names) ? names.find((name) => !isHostName(name)) : names
  if (strange !== undefined) wrong('names', 'host names without a port', strange)
  if (tls !== undefined && !(tls?.key && tls.cert)) throw new TypeError('tls: expected a key and a cert')
}

/** Throws `TypeError` for what are no tokens. What it says holds none: it may be read by others. */
export function checkTokens(tokens: readonly TokenRule[]): void {
  if (!Array.isArray(tokens) || tokens.length === 0) throw new TypeError('tokens: expected a list of at least one')
  tokens.forEach((rule: TokenRule, index, all) => {
    const where = `tokens[${index}]`
    checkNames(`${where}: `, rule, ['token', 'queues', 'rights'])
    const { token, queues = [], rights = [] } = rule
    if (typeof token !== 'string' || token.length < SHORTEST_TOKEN || !/^[\x21-\x7e]+$/.test(token))
      throw new TypeError(
        `${where}: token: expected at least ${SHORTEST_TOKEN} characters of ASCII, none of them a space`,
      )
    if (!isList(queues, (name) => typeof name === 'string' && /^([^*]+\*?|\*)$/.test(name)))
      wrong(`${where}: queues`, 'names, or beginnings and a *', queues)
    if (all.findIndex((one: TokenRule) => one.token === token) !== index)
      throw new TypeError(`${where}: expected each token once`)
    if (!isList(rights, (right) => RIGHTS.includes(right as Right)))
      wrong(`${where}: rights`, RIGHTS.join(', '), rights)
  })
}

/** Throws `TypeError` or `RangeError` for where it cannot listen, or should not. */
export function checkListen(
  options: MonitorListenOptions,
  has: { readonly tokens: boolean; readonly tls: boolean },
): void {
  checkNames('', options, ['host', 'port', 'unsafe'])
  const { host, port, unsafe = [] } = options
  if (host !== undefined && (typeof host !== 'string' || host === '')) wrong('host', 'an address', host)
  if (port !== undefined && !(Number.isInteger(port) && port >= 0 && port <= 65_535))
    throw new RangeError(`port: expected an integer from 0 to 65535, got ${inspect(port)}`)
  if (!isList(unsafe, (one) => one === 'no-tokens' || one === 'no-tls')) wrong('unsafe', 'no-tokens, no-tls', unsafe)
  if (host !== undefined) checkSafe(host.toLowerCase(), has, unsafe)
}

/** Whether a value is a name or an address, without a port. */
export function isHostName(value: unknown): boolean {
  return typeof value === 'string' && (isIP(value) !== 0 || /^[^:/[\]]+$/.test(value))
}

function isList(values: readonly unknown[], isOne: (value: unknown) => boolean): boolean {
  return Array.isArray(values) && values.every(isOne)
}

function wrong(name: string, what: string, value: unknown): never {
  throw new TypeError(`${name}: expected ${what}, got ${inspect(value, { depth: 0 })}`)
}

function checkNames(where: string, options: object, known: readonly string[]): void {
  if (typeof options !== 'object' || options === null) wrong(`${where}options`, 'an object', options)
  for (const name in options) {
    if (!known.includes(name))
      throw new TypeError(`${where}${name}: there is no such option; there are ${known.join(', ')}`)
  }
}
