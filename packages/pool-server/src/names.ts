import { BlockList, isIP } from 'node:net'
import type { FastifyInstance } from 'fastify'
import { Refusal } from './refusal.ts'

const loopback = new BlockList()
loopback.addSubnet('127.0.0.0', 8)
loopback.addAddress('::1', 'ipv6')

/**
 * Has a server of this machine answer only to names of this machine, and to those given.
 *
 * A page can give its own name the address 127.0.0.1. To the browser, what is there is of the page's origin then (DNS rebinding).
 */
export function refuseOtherNames(instance: FastifyInstance, host: string, names: readonly string[]): void {
  if (host !== 'localhost' && !isLoopback(host)) return
  const known = new Set(['localhost', host, ...names].map((name) => name.toLowerCase()))
  instance.addHook('onRequest', (request, _, done) => {
    const name = nameOf(request.headers.host)
    if (name === undefined || known.has(name) || isLoopback(name)) done()
    else done(new Refusal('foreign', `host: this server is not reached by the name ${name}`))
  })
}

function isLoopback(name: string): boolean {
  const family = isIP(name)
  return family !== 0 && loopback.check(name, family === 6 ? 'ipv6' : 'ipv4')
}

/** Of a Host header: without its port, and an IPv6 address without its brackets. */
function nameOf(header: string | undefined): string | undefined {
  return header
    ?.toLowerCase()
    .replace(/:\d*$/, '')
    .replace(/^\[(.*)\]$/, '$1')
}
