import type { Codec } from './api.ts'
import { describe } from './errors.ts'

/** The most bytes a codec may be allowed, so that an offset in them is always a positive i32. */
const MOST_BYTES = 2 ** 30

/** Throws unless the limit is an integer from 1 to 2³⁰, naming the option and the value. */
export function checkLimit(name: string, value: number): void {
  if (typeof value !== 'number') throw new TypeError(`${name}: expected a number, got ${describe(value)}`)
  if (Number.isInteger(value) && value >= 1 && value <= MOST_BYTES) return
  throw new RangeError(`${name}: expected an integer from 1 to 2 ** 30, got ${describe(value)}`)
}

/**
 * Throws `TypeError`, or `RangeError` for its `maxBytes`, unless the value of this option is a codec.
 *
 * @example
 * import { checkCodec, u32 } from '@millrace/ring/codec'
 *
 * checkCodec('codec', u32)
 * checkCodec('codec', Number) // => throws TypeError: codec: expected a codec, got a function
 */
export function checkCodec(option: string, value: unknown): asserts value is Codec<unknown> {
  if (typeof value !== 'object' || value === null) {
    throw new TypeError(`${option}: expected a codec, got ${describe(value)}`)
  }
  const { name, maxBytes, words } = value as Codec<unknown>
  if (typeof name !== 'string' || name === '') {
    throw new TypeError(`${option}: expected a codec with a name, got ${describe(name)}`)
  }
  for (const method of ['encode', 'decode', ...(words === undefined ? [] : (CONVERSIONS[words] ?? []))]) {
    const found = (value as unknown as Record<string, unknown>)[method]
    if (typeof found !== 'function') {
      throw new TypeError(`${option}: expected a codec with a function ${method}, got ${describe(found)}`)
    }
  }
  if (words !== undefined && CONVERSIONS[words] === undefined) {
    throw new RangeError(`${option}: expected a codec of 1 or 2 words, got ${describe(words)}`)
  }
  checkLimit(`${option}.maxBytes`, maxBytes)
}

const CONVERSIONS = { 1: ['toWord', 'fromWord'], 2: ['toPair', 'fromPair'] }
