import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import { QueueError } from '@millrace/queue'
import type { Right, TokenRule } from './api.ts'

const SEAL_CHARACTERS = 22
const TILDE = 126

/** What a connection may do. */
export interface Access {
  /** Whether it may do this to the queue. */
  may(right: Right, queue: string): boolean
  /** Whether it may know that there is this queue. */
  sees(queue: string): boolean
  /** A lease as it is handed out, if that is not as the engine knows it. */
  readonly seal: ((lease: string) => string) | undefined
  /** A lease as the engine knows it. Throws a `QueueError` with code `refused` for one that was not handed out to this token. */
  unseal(lease: string): string
}

/** Who is let in: gives what a token allows, or undefined for one that is not known. */
export type Gate = (token: string) => Access | undefined

/** Lets in who knows one of the tokens; everybody if there are no rules. */
export function gateOf(rules: readonly TokenRule[] | undefined): Gate {
  if (rules === undefined) return () => EVERYTHING
  const known = rules.map((rule) => ({ digest: digestOf(rule.token), access: accessOf(rule) }))
  return (token) => {
    const digest = digestOf(token)
    let found: Access | undefined
    // All are compared, each in constant time: how long it takes tells nothing.
    for (const rule of known) if (timingSafeEqual(rule.digest, digest)) found ??= rule.access
    return found
  }
}

/** Whether a queue is one that the pattern names. */
function isNamed(pattern: string, queue: string): boolean {
  return pattern.endsWith('*') ? queue.startsWith(pattern.slice(0, -1)) : queue === pattern
}

const EVERYTHING: Access = { may: () => true, sees: () => true, seal: undefined, unseal: withoutSeal }

function accessOf({ token, queues = ['*'], rights = ['send', 'receive', 'manage'] }: TokenRule): Access {
  const isAllowed = (queue: string): boolean => queues.some((pattern) => isNamed(pattern, queue))
  const isEverywhere = queues.includes('*')
  const may = (right: Right, queue: string): boolean => rights.includes(right) && (isEverywhere || isAllowed(queue))
  const sees = (queue: string): boolean => rights.length > 0 && (isEverywhere || isAllowed(queue))
  if (isEverywhere && rights.includes('receive')) return { may, sees, seal: undefined, unseal: withoutSeal }
  return { may, sees, ...sealsOf(token) }
}

/**
 * Leases of a token that may not receive from all queues: a lease does not tell of which queue it is, and can be guessed. So they are
 * sealed with the token, and valid on each connection that has it, to any server of these queues.
 */
function sealsOf(token: string): Pick<Access, 'seal' | 'unseal'> {
  const sealOf = (lease: string): string =>
    createHmac('sha256', token).update(lease).digest('base64url').slice(0, SEAL_CHARACTERS)
  return {
    seal: (lease) => (lease === '' ? '' : `${lease}~${sealOf(lease)}`),
    unseal(sealed) {
      const lease = withoutSeal(sealed)
      const seal = Buffer.from(sealed.slice(lease.length + 1))
      const expected = Buffer.from(sealOf(lease))
      if (seal.length === expected.length && timingSafeEqual(seal, expected)) return lease
      throw new QueueError('refused', 'the lease was not handed out to this token')
    },
  }
}

function withoutSeal(lease: string): string {
  const end = lease.length - SEAL_CHARACTERS - 1
  return lease.charCodeAt(end) === TILDE ? lease.slice(0, end) : lease
}

function digestOf(token: string): Buffer {
  return createHash('sha256').update(token).digest()
}
