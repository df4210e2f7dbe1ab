import { isHostName } from '@millrace/command/http'
import { show } from '@millrace/notify'
import type { PoolRoutesOptions, PoolServerOptions, ServedPool, StopOptions } from './api.ts'
import { DEFAULT_LIMITS } from './limits.ts'

const ROUTES: readonly string[] = [...Object.keys(DEFAULT_LIMITS), 'onUnsendable']
const SERVER: readonly string[] = [...ROUTES, 'host', 'port', 'names']
const VERBS = ['trySubmit', 'submit', 'tryHold', 'hold', 'stats'] as const satisfies (keyof ServedPool)[]

/** Throws `TypeError` for what is no pool, and for options that there are not. */
export function checkRoutes(pool: ServedPool, options: PoolRoutesOptions, known: readonly string[] = ROUTES): void {
  if (!VERBS.every((verb) => typeof pool?.[verb] === 'function')) {
    throw new TypeError(`pool: expected a priority pool, got ${show(pool)}`)
  }
  checkNames(options, known)
  const { onUnsendable } = options
  if (onUnsendable !== undefined && typeof onUnsendable !== 'function') {
    throw new TypeError(`onUnsendable: expected a function, got ${show(onUnsendable)}`)
  }
}

/** Throws `TypeError` or `RangeError` for options that a server cannot have. */
export function checkServer(pool: ServedPool, options: PoolServerOptions): void {
  checkRoutes(pool, options, SERVER)
  const { host, port, names } = options
  if (host !== undefined && (typeof host !== 'string' || host === '')) {
    throw new TypeError(`host: expected an address, got ${show(host)}`)
  }
  if (port !== undefined && !(Number.isInteger(port) && port >= 0 && port <= 65_535)) {
    throw new RangeError(`port: expected an integer from 0 to 65535, got ${show(port)}`)
  }
  if (names === undefined) return
  const wrong = Array.isArray(names) ? names.find((name) => !isHostName(name)) : names
  if (!Array.isArray(names) || wrong !== undefined) {
    throw new TypeError(`names: expected host names without a port, got ${show(wrong)}`)
  }
}

/** Throws `TypeError` or `RangeError` for what is no time to end in. */
export function checkStop(options: StopOptions): void {
  checkNames(options, ['timeoutMs'])
  const { timeoutMs } = options
  if (timeoutMs !== undefined && !(typeof timeoutMs === 'number' && timeoutMs >= 0)) {
    throw new RangeError(`timeoutMs: expected a number of milliseconds from 0, got ${show(timeoutMs)}`)
  }
}

function checkNames(options: object, known: readonly string[]): void {
  if (typeof options !== 'object' || options === null) {
    throw new TypeError(`options: expected an object, got ${show(options)}`)
  }
  for (const name in options) {
    if (!known.includes(name)) throw new TypeError(`${name}: there is no such option; there are ${known.join(', ')}`)
  }
}
