import { BlockList, isIP } from 'node:net'
import type { FastifyInstance } from 'fastify'
import { Refusal } from './refusal.ts'

const loopback = new BlockList()
loopback.addSubnet('127.0.0.0', 8)
loopback.addAddress('::1', 'ipv6')

/** Whether only programs of this machine reach a server that listens there. */
export function isLoopback(host: string): boolean {
  const family = isIP(host)
  return host.toLowerCase() === 'localhost' || (family !== 0 && loopback.check(host, family === 6 ? 'ipv6' : 'ipv4'))
}

/**
 * Has a server of this machine answer only to names of this machine, and to those given.
 *
 * A page can give its own name the address 127.0.0.1. To the browser, what is there is of the page's origin then (DNS rebinding).
 */
export function refuseOtherNames(app: FastifyInstance, host: () => string, names: readonly string[]): void {
  const known = new Set(names.map((name) => name.toLowerCase()))
  app.addHook('onRequest', (request, _, done) => {
    const name = nameOf(request.headers.host)
    if (name === undefined || !isLoopback(host()) || isLoopback(name) || known.has(name)) done()
    else done(new Refusal('foreign', `host: this server is not reached by the name ${name}`))
  })
}

/** Of a Host header: without its port, and an IPv6 address without its brackets. */
function nameOf(header: string | undefined): string | undefined {
  return header
    ?.toLowerCase()
    .replace(/:\d*$/, '')
    .replace(/^\[(.*)\]$/, '$1')
}
