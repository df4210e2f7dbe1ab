import { createHash, timingSafeEqual } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import type { Right, TokenRule } from '../api.ts'
import { Refusal } from './refusal.ts'

const ALL: readonly Right[] = ['send', 'receive', 'manage']

/** What somebody may do. */
export interface Permit {
  /** Whether they may do it with this queue. Without a right: whether they may see it. */
  may(queue: string, right?: Right): boolean
}

const EVERYTHING: Permit = { may: () => true }

/** Who may do what. */
export class Access {
  readonly #rules: readonly (TokenRule & { readonly hash: Buffer })[]

  /** No tokens: everybody may do everything. */
  constructor(tokens: readonly TokenRule[]) {
    this.#rules = tokens.map((rule) => ({ ...rule, hash: hashOf(rule.token) }))
  }

  /** What the sender of a request may do. Throws `Refusal` if nobody knows them. */
  permitOf({ headers }: FastifyRequest): Permit {
    if (this.#rules.length === 0) return EVERYTHING
    const given = /^bearer +(\S+)$/i.exec(headers.authorization ?? '')?.[1]
    if (given === undefined) throw new Refusal('unauthorized', 'expected the header authorization: Bearer <token>')
    const hash = hashOf(given)
    // All are compared, by their hashes: how long it takes tells nothing of any token.
    const rules = this.#rules.filter((rule) => timingSafeEqual(rule.hash, hash))
    if (rules.length === 0) throw new Refusal('unauthorized', 'this token is not known')
    return { may: (queue, right) => rules.some((rule) => permits(rule, queue, right)) }
  }

  /** Throws `Refusal` if the sender of a request may not do this with a queue. */
  check(request: FastifyRequest, queue: string, right: Right): void {
    if (this.permitOf(request).may(queue, right)) return
    throw new Refusal('forbidden', `this token does not give the right to ${right} ${queue}`)
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

function permits({ queues = ['*'], rights = ALL }: TokenRule, queue: string, right: Right | undefined): boolean {
  const isGiven = right === undefined ? rights.length > 0 : rights.includes(right)
  return isGiven && queues.some((name) => (name.endsWith('*') ? queue.startsWith(name.slice(0, -1)) : queue === name))
}

function hashOf(token: string): Buffer {
  return createHash('sha256').update(token).digest()
}
