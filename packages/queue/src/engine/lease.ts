import { randomInt } from 'node:crypto'
import { show } from '../options.ts'
import type { LeaseOf } from '../state/changes.ts'

/** A delivery of a message in a queue. */
export interface Lease extends LeaseOf {
  readonly queue: number
}

const FORM = /^[0-9a-z]+(\.[0-9a-z]+){3}$/

/** Keeps the leases of one run of an engine apart from those of others. */
export function newEpoch(): number {
  return randomInt(1, 2 ** 40)
}

/** A lease as it is handed out. */
export function leaseText({ epoch, queue, number, delivery }: Lease): string {
  return `${epoch.toString(36)}.${queue.toString(36)}.${number.toString(36)}.${delivery.toString(36)}`
}

/** Reads a lease. Throws `TypeError` for what is none. */
export function leaseOf(where: string, text: string): Lease {
  const [epoch = '', queue = '', number = '', delivery = ''] = FORM.test(text) ? text.split('.') : []
  const lease = {
    epoch: Number.parseInt(epoch, 36),
    queue: Number.parseInt(queue, 36),
    number: Number.parseInt(number, 36),
    delivery: Number.parseInt(delivery, 36),
  }
  if (Object.values(lease).every(Number.isSafeInteger)) return lease
  throw new TypeError(`${where}: lease: expected the lease of a message, got ${show(text)}`)
}
