import { show } from '../options.ts'
import type { LeaseOf } from '../state/queue-state.ts'

/** A delivery of a message in a queue. */
export interface Lease extends LeaseOf {
  readonly queue: number
}

/** A lease as it is handed out. */
export function leaseText({ queue, number, delivery }: Lease): string {
  return `${queue.toString(36)}.${number.toString(36)}.${delivery.toString(36)}`
}

/** Reads a lease. Throws `TypeError` for what is none. */
export function leaseOf(where: string, text: string): Lease {
  const [, queue = '', number = '', delivery = ''] = /^([0-9a-z]+)\.([0-9a-z]+)\.([0-9a-z]+)$/.exec(text) ?? []
  const lease = {
    queue: Number.parseInt(queue, 36),
    number: Number.parseInt(number, 36),
    delivery: Number.parseInt(delivery, 36),
  }
  if (Object.values(lease).every(Number.isSafeInteger)) return lease
  throw new TypeError(`${where}: lease: expected the lease of a message, got ${show(text)}`)
}
