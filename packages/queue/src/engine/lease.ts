import { randomInt } from 'node:crypto'
import { show } from '../options.ts'
import type { LeaseOf } from '../state/changes.ts'

/** A delivery of a message in a queue. */
export interface Lease extends LeaseOf {
  readonly queue: number
}

const PARTS = 4
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
  const parts = typeof text === 'string' ? partsOf(text) : undefined
  if (parts === undefined) throw new TypeError(`${where}: lease: expected the lease of a message, got ${show(text)}`)
  const [epoch, queue, number, delivery] = parts as [number, number, number, number]
  return { epoch, queue, number, delivery }
}

/** Four numbers between dots. By hand, since every acknowledgement comes by here. */
function partsOf(text: string): number[] | undefined {
  const parts: number[] = []
  let value = -1
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index)
    if (code >= ZERO && code <= NINE) value = (value < 0 ? 0 : value * 10) + code - ZERO
    else if (code === DOT && value >= 0) {
      parts.push(value)
      value = -1
    } else return undefined
  }
  parts.push(value)
  return value >= 0 && parts.length === PARTS && parts.every(Number.isSafeInteger) ? parts : undefined
}
