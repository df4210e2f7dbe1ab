import { randomInt } from 'node:crypto'
import { show } from '../options.ts'
import type { LeaseOf } from '../state/changes.ts'

/** A delivery of a message in a queue. */
export interface Lease extends LeaseOf {
  readonly queue: number
}

const RADIX = 36
const PARTS = 4

/** Keeps the leases of one run of an engine apart from those of others. */
export function newEpoch(): number {
  return randomInt(1, 2 ** 40)
}

/** A lease as it is handed out. */
export function leaseText({ epoch, queue, number, delivery }: Lease): string {
  return `${epoch.toString(RADIX)}.${queue.toString(RADIX)}.${number.toString(RADIX)}.${delivery.toString(RADIX)}`
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
    const digit = digitOf(text.charCodeAt(index))
    if (digit >= 0) value = (value < 0 ? 0 : value * RADIX) + digit
    else if (digit === DOT && value >= 0) {
      parts.push(value)
      value = -1
    } else return undefined
  }
  parts.push(value)
  return value >= 0 && parts.length === PARTS && parts.every(Number.isSafeInteger) ? parts : undefined
}

const DOT = -1
const OTHER = -2

function digitOf(code: number): number {
  if (code >= 48 && code <= 57) return code - 48
  if (code >= 97 && code <= 122) return code - 87
  return code === 46 ? DOT : OTHER
}
