import { randomInt } from 'node:crypto'
import { show } from '@millrace/notify'
import type { LeaseOf } from '../state/changes.ts'

/** A delivery of a message in a queue. */
export interface Lease extends LeaseOf {
  readonly queue: number
}

const DOT = 46
const ZERO = 48
const NINE = 57

/** Keeps the leases of one run of an engine apart from those of others. */
export function newEpoch(): number {
  return randomInt(1, 2 ** 40)
}

/** How all leases of a queue begin, as they are handed out: the number of the message and that of the delivery follow, with a dot between. */
export function leasePrefix(epoch: number, queue: number): string {
  return `${epoch}.${queue}.`
}

/** Reads a lease. Throws `TypeError` for what is none. */
export function leaseOf(where: string, text: string): Lease {
  const lease = typeof text === 'string' ? partsOf(text) : undefined
  if (lease === undefined) throw new TypeError(`${where}: lease: expected the lease of a message, got ${show(text)}`)
  return lease
}

/** Where `nextNumber` goes on. */
let at = 0

/** Four numbers between dots. By hand, since every acknowledgement comes by here. */
function partsOf(text: string): Lease | undefined {
  at = 0
  const epoch = nextNumber(text)
  const queue = nextNumber(text)
  const number = nextNumber(text)
  const delivery = nextNumber(text)
  const isWhole = at === text.length + 1 && epoch >= 0 && queue >= 0 && number >= 0 && delivery >= 0
  return isWhole ? { epoch, queue, number, delivery } : undefined
}

/** The number that goes to the next dot, or to the end; −1 if there is none. */
function nextNumber(text: string): number {
  const start = at
  const { length } = text
  let value = 0
  let end = start
  for (; end < length; end++) {
    const code = text.charCodeAt(end)
    if (code === DOT) break
    if (code < ZERO || code > NINE) return -1
    value = value * 10 + code - ZERO
  }
  at = end + 1
  return end > start && value <= Number.MAX_SAFE_INTEGER ? value : -1
}
