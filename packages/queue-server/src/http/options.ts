import { isHostName } from '@millrace/command/http'
import { show } from '@millrace/notify'
import { checkOptions } from '@millrace/queue/engine'
import { checkPlace, checkSafe, checkTokens } from '../options.ts'
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

/** Checks what `createMonitor` is given. */
export function checkMonitor(options: MonitorOptions): void {
  if (options === undefined) throw new TypeError('createMonitor: expected an options object, got undefined')
  checkOptions('createMonitor', options, ['engine', 'servers', 'tokens', 'tls', 'names'])
  const { engine, servers = {}, tokens, names = [], tls } = options
  if (!VERBS.every((verb) => typeof engine?.[verb] === 'function')) throw wrong('engine', 'a queue engine', engine)
  checkServers(servers)
  for (const [name, server] of Object.entries(servers)) {
    if (typeof server?.stats !== 'function') throw wrong(`servers: ${name}`, 'a queue server', server)
  }
  if (tokens !== undefined) checkTokens('createMonitor', tokens)
  const strange = Array.isArray(names) ? names.find((name) => !isHostName(name)) : names
  if (strange !== undefined) throw wrong('names', 'host names without a port', strange)
  if (tls !== undefined && !(tls?.key && tls.cert)) throw wrong('tls', 'a key and a cert', tls)
}

/** A server itself, or an array of them, has no names for the metrics. */
function checkServers(servers: unknown): void {
  const isServer = typeof Object(servers).stats === 'function' || typeof Object(servers).listen === 'function'
  if (typeof servers === 'object' && servers !== null && !isServer && !Array.isArray(servers)) return
  const got = isServer ? 'one server' : Array.isArray(servers) ? 'an array' : show(servers)
  throw new TypeError(`createMonitor: servers: expected servers by name, as in { main: server }, got ${got}`)
}

/** Checks what `listen` of a monitor is given, and that it should listen there. */
export function checkListen(
  options: MonitorListenOptions,
  has: { readonly tokens: boolean; readonly tls: boolean },
): void {
  checkOptions('listen', options, ['host', 'port', 'unsafe'])
  checkPlace(options)
  const { host, unsafe } = options
  if (host !== undefined) checkSafe(host.toLowerCase(), has, unsafe)
}

function wrong(name: string, what: string, value: unknown): TypeError {
  return new TypeError(`createMonitor: ${name}: expected ${what}, got ${show(value)}`)
}
