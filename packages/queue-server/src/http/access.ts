import type { FastifyRequest } from 'fastify'
import type { Right, TokenRule } from '../api.ts'
import { type Access, type Gate, gateOf } from '../rights.ts'
import { Refusal } from './refusal.ts'

/** What somebody may do, as at the server. */
export type Permit = Pick<Access, 'may' | 'sees'>

/** Who may do what, by the token that a request carries. */
export class Door {
  readonly #gate: Gate
  readonly #isOpen: boolean

  /** No tokens: everybody may do everything. */
  constructor(tokens: readonly TokenRule[] | undefined) {
    this.#gate = gateOf(tokens)
    this.#isOpen = tokens === undefined
  }

  /** What the sender of a request may do. Throws `Refusal` if nobody knows them. */
  permitOf({ headers }: FastifyRequest): Permit {
    const given = this.#isOpen ? '' : /^bearer +(\S+)$/i.exec(headers.authorization ?? '')?.[1]
    if (given === undefined) throw new Refusal('unauthorized', 'expected the header authorization: Bearer <token>')
    const permit = this.#gate(given)
    if (permit === undefined) throw new Refusal('unauthorized', 'this token is not known')
    return permit
  }

  /** Throws `Refusal` if the sender of a request may not do this with a queue. */
  check(request: FastifyRequest, queue: string, right: Right): void {
    if (this.permitOf(request).may(right, queue)) return
    throw new Refusal('forbidden', `this token does not give the right to ${right} ${queue}`)
  }
}

/**
 * Throws `Refusal` if a page of another origin made a browser send a request. A browser says whose page it was, in one header or the other;
 * who says nothing is no browser. One that says it is the same origin knows better than we by which scheme it came: somebody in between may end TLS.
 */
export function checkOrigin({ headers, protocol }: FastifyRequest): void {
  const { origin, host, 'sec-fetch-site': site } = headers
  const page = origin !== undefined && URL.canParse(origin) ? new URL(origin) : undefined
  const isOurs = page?.host === host && (site === 'same-origin' || page?.protocol === `${protocol}:`)
  if ((origin === undefined || isOurs) && (site === undefined || site === 'same-origin')) return
  throw new Refusal('foreign', 'pages of other origins may not use this server')
}
