import { show } from '@millrace/notify'
import type { Address } from './api.ts'

/** How a URL of a server begins. */
export const SCHEMES: readonly string[] = ['millrace:', 'millraces:', 'millrace+tls:']

/**
 * The address that a URL names: `millrace://token@host:port`, with TLS `millraces://` or `millrace+tls://`. The token may also stand where a
 * password does. Throws `TypeError` for another one, without showing what may be a token.
 */
export function addressOf(url: string | URL): Address {
  const { protocol, hostname, port, username, password, pathname, search, hash } = parse(url)
  if (!SCHEMES.includes(protocol))
    throw wrong(`a URL that begins with millrace:// or millraces://, got ${show(protocol)}`)
  if (hostname === '') throw wrong('a URL with a host')
  if ((pathname !== '' && pathname !== '/') || search !== '' || hash !== '')
    throw wrong('a URL that ends with the port')
  const token = decoded(password === '' ? username : password)
  return {
    host: hostname.replace(/^\[(.*)\]$/, '$1'),
    ...(port === '' ? undefined : { port: Number(port) }),
    ...(token === '' ? undefined : { token }),
    tls: protocol !== 'millrace:',
  }
}

function parse(url: string | URL): URL {
  try {
    return new URL(url)
  } catch {
    throw wrong('a URL such as millrace://127.0.0.1:7411') // That of the system would carry the token.
  }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw wrong('a token in percent-encoding')
  }
}

function wrong(expected: string): TypeError {
  return new TypeError(`connectQueues: url: expected ${expected}`)
}
