import { createHash, timingSafeEqual } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import type { MonitorRight, MonitorToken } from './api.ts'
import { Refusal } from './refusal.ts'

/** Who may do what. */
export class Access {
  readonly #known: readonly { readonly hash: Buffer; readonly right: MonitorRight }[]

  /** No tokens: everybody may do everything. */
  constructor(tokens: readonly MonitorToken[]) {
    this.#known = tokens.map(({ token, right }) => ({ hash: hashOf(token), right }))
  }

  /** What the sender of a request may do. Throws `Refusal` if it is not that much. */
  check(request: FastifyRequest, right: MonitorRight): MonitorRight {
    if (this.#known.length === 0) return 'change'
    const given = /^bearer +(\S+)$/i.exec(request.headers.authorization ?? '')?.[1]
    if (given === undefined) throw new Refusal('unauthorized', 'expected the header authorization: Bearer <token>')
    const hash = hashOf(given)
    // All are compared, by their hashes: how long it takes tells nothing of any token.
    const found = this.#known.filter((one) => timingSafeEqual(one.hash, hash))
    if (found.length === 0) throw new Refusal('unauthorized', 'this token is not known')
    const has = found.some((one) => one.right === 'change') ? 'change' : 'look'
    if (right === 'change' && has !== 'change')
      throw new Refusal('forbidden', 'this token may look, and change nothing')
    return has
  }
}

/**
 * Throws `Refusal` if a page of another origin made a browser send a request. A browser says whose page it was, in one header or the other;
 * who says nothing is no browser.
 */
export function checkOrigin({ headers }: FastifyRequest): void {
  const { origin, host, 'sec-fetch-site': site } = headers
  const isOwn = origin === undefined || (URL.canParse(origin) && new URL(origin).host === host)
  if (isOwn && (site === undefined || site === 'same-origin')) return
  throw new Refusal('foreign', 'pages of other origins may not use this server')
}

function hashOf(token: string): Buffer {
  return createHash('sha256').update(token).digest()
}
