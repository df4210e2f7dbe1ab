import { describe } from './errors.ts'

/** The most bytes any codec may be allowed: an offset in them is a positive i32. */
export const MOST_BYTES: number = 2 ** 30

/** Throws unless the limit is an integer from 1 to 2³⁰, naming the option and the value. */
export function checkLimit(name: string, value: number): void {
  if (typeof value !== 'number') throw new TypeError(`${name}: expected a number, got ${describe(value)}`)
  if (Number.isInteger(value) && value >= 1 && value <= MOST_BYTES) return
  throw new RangeError(`${name}: expected an integer from 1 to 2 ** 30, got ${describe(value)}`)
}
