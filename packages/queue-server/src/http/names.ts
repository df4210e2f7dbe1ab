import type { FastifyInstance } from 'fastify'
import { isLoopback } from '../options.ts'
import { Refusal } from './refusal.ts'

/**
 * Has a server of this machine answer only to names of this machine, and to those given.
 *
 * A page can give its own name the address 127.0.0.1. To the browser, what is there is of the page's origin then (DNS rebinding).
 */
export function refuseOtherNames(app: FastifyInstance, host: () => string, names: readonly string[]): void {
  const known = new Set(names.map((name) => name.toLowerCase()))
  app.addHook('onRequest', (request, _, done) => {
    const name = nameOf(request.headers.host)
    if (name === undefined || !isLoopback(host().toLowerCase()) || isLoopback(name) || known.has(name)) done()
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
