import { BlockList, isIP } from 'node:net'

const loopback = new BlockList()
loopback.addSubnet('127.0.0.0', 8)
loopback.addAddress('::1', 'ipv6')

/** Whether only this machine reaches an address, given in lower case. */
export function isLoopback(host: string): boolean {
  if (host === 'localhost') return true
  const family = isIP(host)
  return family !== 0 && loopback.check(host, family === 6 ? 'ipv6' : 'ipv4')
}

/** Whether a value is a name or an address, without a port. */
export function isHostName(value: unknown): boolean {
  return typeof value === 'string' && (isIP(value) !== 0 || /^[^:/[\]]+$/.test(value))
}

/**
 * Why a server that listens at `host` does not answer a request with this header Host; `undefined` if it does.
 *
 * A page can give its own name the address 127.0.0.1. To the browser, what is there is of the page's origin then (DNS rebinding). So a server of
 * this machine answers only to names of this machine, and to those given.
 */
export function whyForeign(header: string | undefined, host: string, names: readonly string[]): string | undefined {
  const name = nameOf(header)
  if (name === undefined || name === host || isLoopback(name) || !isLoopback(host.toLowerCase())) return undefined
  if (names.some((known) => known.toLowerCase() === name)) return undefined
  return `host: this server is not reached by the name ${name}`
}

/** Of a Host header: without its port, and an IPv6 address without its brackets. */
function nameOf(header: string | undefined): string | undefined {
  return header
    ?.toLowerCase()
    .replace(/:\d*$/, '')
    .replace(/^\[(.*)\]$/, '$1')
}
