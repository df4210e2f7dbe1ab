import { show } from '@millrace/notify'

/** The largest bounded capacity; also what the ring of a bounded channel is made for, so that its capacity can change. */
export const LARGEST_CAPACITY: number = 2 ** 30

/** What a full channel may do, in the order in which shared memory numbers them. */
export const OVERFLOWS = ['wait', 'drop-oldest', 'drop-newest', 'reject'] as const

/** Throws `RangeError` unless it is one of the overflows that this kind of channel has. */
export function checkOverflow(overflow: unknown, allowed: readonly string[] = OVERFLOWS): void {
  if (allowed.includes(overflow as string)) return
  const names = `${allowed.slice(0, -1).join(', ')} or ${allowed.at(-1)}`
  throw new RangeError(`overflow: expected ${names}, got ${show(overflow)}`)
}

/** Throws `TypeError` unless there is none or it is a function. */
export function checkOnDrop(onDrop: unknown): void {
  checkCallback('onDrop', onDrop)
}

/** Throws `TypeError` naming the option unless there is none or it is a function. */
export function checkCallback(name: string, callback: unknown): void {
  if (callback === undefined || typeof callback === 'function') return
  throw new TypeError(`${name}: expected a function, got ${show(callback)}`)
}
