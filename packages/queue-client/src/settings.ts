import type { ConnectionOptions } from 'node:tls'
import { show } from '@millrace/notify'
import { checkCount, checkMs, checkOptions } from '@millrace/queue/engine'
import { DEFAULT_PORT, MAX_TOKEN_BYTES, MIN_ANSWER_BYTES } from '@millrace/queue/protocol'
import type { Address, CloseOptions, ConnectOptions, TlsOptions } from './api.ts'
import { addressOf } from './url.ts'

/** Where to connect to, and as whom. */
export interface Target {
  readonly host: string
  readonly port: number
  readonly tls: ConnectionOptions | undefined
  readonly token: string
}

/** Options that are numbers, each of them given. */
export type Settings = {
  readonly [Name in Exclude<keyof ConnectOptions, 'token' | 'tls' | 'signal' | 'onStateChange'>]-?: number
}

const LOOPBACK = '127.0.0.1'
const LARGEST_FRAME: number = 2 ** 32 - 1

/** Where to connect to. Throws `TypeError` or `RangeError` for what is no address. */
export function targetOf(where: string | URL | Address, { token, tls }: ConnectOptions): Target {
  if (typeof where !== 'string' && (typeof where !== 'object' || where === null)) {
    throw new TypeError(`connectQueues: expected a URL or an address, got ${show(where)}`)
  }
  const address = typeof where === 'string' || where instanceof URL ? addressOf(where) : where
  checkOptions('connectQueues: address', address, ['host', 'port', 'tls', 'token'])
  const { host = LOOPBACK, port = DEFAULT_PORT } = address
  if (typeof host !== 'string' || host === '')
    throw new TypeError(`connectQueues: host: expected one, got ${show(host)}`)
  if (!(Number.isInteger(port) && port >= 1 && port <= 65_535)) {
    throw new RangeError(`connectQueues: port: expected an integer from 1 to 65,535, got ${show(port)}`)
  }
  const secret = token ?? address.token ?? ''
  if (typeof secret !== 'string' || !secret.isWellFormed() || Buffer.byteLength(secret) > MAX_TOKEN_BYTES) {
    throw new TypeError(`connectQueues: token: expected a string of at most ${MAX_TOKEN_BYTES} bytes`)
  }
  return { host, port, tls: tlsOf(tls ?? address.tls ?? false), token: secret }
}

/** Fills in what was not given. Throws `TypeError` or `RangeError` for what is no option, or has no such value. */
export function settingsOf(options: ConnectOptions): Settings {
  checkOptions('connectQueues', options, [...Object.keys(DEFAULTS), 'token', 'tls', 'signal', 'onStateChange'])
  const { signal, onStateChange } = options
  if (signal !== undefined && typeof signal?.addEventListener !== 'function') {
    throw new TypeError(`connectQueues: signal: expected an AbortSignal, got ${show(signal)}`)
  }
  if (onStateChange !== undefined && typeof onStateChange !== 'function') {
    throw new TypeError(`connectQueues: onStateChange: expected a function, got ${show(onStateChange)}`)
  }
  const given = Object.entries(DEFAULTS).map(([name, otherwise]) => {
    const value = options[name as keyof Settings]
    if (name.endsWith('Ms')) checkMs(`connectQueues: ${name}`, value, name === 'unreachableMs')
    else checkCount(`connectQueues: ${name}`, value, name === 'maxFrameBytes' ? MIN_ANSWER_BYTES : 1)
    return [name, value ?? otherwise]
  })
  const settings: Settings = Object.fromEntries(given)
  return { ...settings, maxFrameBytes: Math.min(settings.maxFrameBytes, LARGEST_FRAME) }
}

/** Checks what `close` is given. */
export function checkClose(options: CloseOptions | undefined): void {
  checkOptions('close', options, ['timeoutMs'])
  checkMs('close: timeoutMs', options?.timeoutMs)
}

const DEFAULTS: Settings = {
  connectTimeoutMs: 10_000,
  retryDelayMs: 25,
  maxRetryDelayMs: 500,
  unreachableMs: Number.POSITIVE_INFINITY,
  quietMs: 10_000,
  maxPending: 100_000,
  maxPendingBytes: 2 ** 28,
  maxFrameBytes: 2 ** 27,
}

function tlsOf(tls: boolean | TlsOptions): ConnectionOptions | undefined {
  if (typeof tls === 'boolean') return tls ? {} : undefined
  if (typeof tls === 'object' && tls !== null) return tls as ConnectionOptions
  throw new TypeError(`connectQueues: tls: expected a boolean or the options of node:tls, got ${show(tls)}`)
}
