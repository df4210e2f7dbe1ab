import { isLoopback } from '@millrace/command/http'
import { show } from '@millrace/notify'
import { checkMs, checkOptions } from '@millrace/queue/engine'
import { MAX_TOKEN_BYTES } from '@millrace/queue/protocol'
import type { CloseOptions, ListenOptions, ServerOptions, TokenRule } from './api.ts'

const RIGHTS = ['send', 'receive', 'manage']
const UNSAFE = ['no-tokens', 'no-tls']
const SHORTEST_TOKEN = 16
/** A header of HTTP carries no other. */
const TOKEN = new RegExp(`^[\\x21-\\x7e]{${SHORTEST_TOKEN},${MAX_TOKEN_BYTES}}$`)

/** Checks what `createServer` is given; not the limits. */
export function checkServer(options: ServerOptions): void {
  if (options === undefined) throw new TypeError('createServer: expected an options object, got undefined')
  checkOptions('createServer', options, ['engine', 'tokens', 'tls', 'limits', 'durability', 'onError'])
  const { engine, tokens, tls, onError } = options
  if (typeof engine?.receive !== 'function')
    throw new TypeError(`createServer: engine: expected one, got ${show(engine)}`)
  if (onError !== undefined && typeof onError !== 'function') {
    throw new TypeError(`createServer: onError: expected a function, got ${show(onError)}`)
  }
  checkTls('createServer', tls)
  if (tokens !== undefined) checkTokens('createServer', tokens)
}

/** Checks rules of tokens. What it throws holds none: it may be read by others. */
export function checkTokens(where: string, tokens: readonly TokenRule[]): void {
  if (!Array.isArray(tokens) || tokens.length === 0) {
    throw new TypeError(`${where}: tokens: expected an array with at least one`)
  }
  for (const [i, rule] of tokens.entries()) checkRule(`${where}: token ${i}`, rule)
  if (new Set(tokens.map(({ token }) => token)).size < tokens.length) {
    throw new TypeError(`${where}: tokens: expected each token once`)
  }
}

/** Checks what `listen` of a server is given. */
export function checkListen(options: ListenOptions): void {
  checkOptions('listen', options, ['host', 'port', 'tls', 'unsafe'])
  checkPlace(options)
  if (options.tls !== null) checkTls('listen', options.tls)
}

/** Checks where something is to listen. */
export function checkPlace({ host, port, unsafe }: Pick<ListenOptions, 'host' | 'port' | 'unsafe'>): void {
  if (host !== undefined && (typeof host !== 'string' || host === '')) {
    throw new TypeError(`listen: host: expected an address, got ${show(host)}`)
  }
  if (port !== undefined && !(Number.isInteger(port) && port >= 0 && port <= 65_535)) {
    throw new RangeError(`listen: port: expected an integer from 0 to 65,535, got ${show(port)}`)
  }
  if (unsafe === undefined || (Array.isArray(unsafe) && unsafe.every((what) => UNSAFE.includes(what)))) return
  throw new TypeError(`listen: unsafe: expected an array of ${UNSAFE.join(', ')}`)
}

/** Checks what `close` is given. */
export function checkClose(options: CloseOptions): void {
  checkOptions('close', options, ['timeoutMs'])
  checkMs('close: timeoutMs', options.timeoutMs)
}

/** Refuses to listen where others reach the server who need not show who they are, or who can be overheard. */
export function checkSafe(
  host: string,
  has: { readonly tokens: boolean; readonly tls: boolean },
  unsafe: ListenOptions['unsafe'],
): void {
  if (isLoopback(host.toLowerCase())) return
  const lacks = (what: 'no-tokens' | 'no-tls', why: string): TypeError =>
    new TypeError(`listen: host: ${show(host)} is reached by other machines, and ${why}; unsafe: ['${what}'] allows it`)
  if (!has.tokens && !unsafe?.includes('no-tokens')) throw lacks('no-tokens', 'there are no tokens')
  if (!has.tls && !unsafe?.includes('no-tls')) throw lacks('no-tls', 'there is no TLS')
}

/** Names what is wrong with a rule, and never its token. */
function checkRule(where: string, rule: TokenRule): void {
  checkOptions(where, rule, ['token', 'queues', 'rights'])
  const { token, queues = [], rights = [] } = rule
  if (typeof token !== 'string' || !TOKEN.test(token)) {
    throw new TypeError(
      `${where}: expected ${SHORTEST_TOKEN} to ${MAX_TOKEN_BYTES} characters of ASCII, none of them a space`,
    )
  }
  if (!Array.isArray(queues) || !queues.every((name) => typeof name === 'string' && /^[^*]+\*?$|^\*$/.test(name))) {
    throw new TypeError(`${where}: queues: expected names, or beginnings and a *`)
  }
  if (!Array.isArray(rights) || !rights.every((right) => RIGHTS.includes(right))) {
    throw new TypeError(`${where}: rights: expected an array of ${RIGHTS.join(', ')}`)
  }
}

function checkTls(where: string, tls: unknown): void {
  if (tls === undefined || (typeof tls === 'object' && tls !== null)) return
  throw new TypeError(`${where}: tls: expected the options of node:tls, got ${show(tls)}`)
}
