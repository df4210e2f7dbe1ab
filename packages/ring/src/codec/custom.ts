import type { Bytes, Codec } from './api.ts'
import { checkLimit } from './check.ts'
import { describe } from './errors.ts'

/** What a codec of one's own consists of. */
export interface CustomCodecOptions<T> {
  /** Says what the bytes are; both ends of a channel compare it. A change of the bytes needs another name. */
  readonly name: string
  /** The most bytes `encode` writes: an integer from 1 to 2³⁰. */
  readonly maxBytes: number
  /** Writes the value from `offset` on, a multiple of 8, and answers how many bytes it took. It throws for what it cannot write. */
  encode(value: T, into: Bytes, offset: number): number
  /** Reads the value in these bytes, which is not `undefined`. It must not keep a view of them: they are somebody else's as soon as it returns. */
  decode(from: Bytes, offset: number, length: number): T
}

class Custom<T> implements Codec<T> {
  readonly name: string
  readonly maxBytes: number
  readonly #options: CustomCodecOptions<T>

  constructor(options: CustomCodecOptions<T>) {
    this.name = `custom(${JSON.stringify(options.name)},${options.maxBytes})`
    this.maxBytes = options.maxBytes
    this.#options = options
  }

  encode(value: T, into: Bytes, offset: number): number {
    const length = this.#options.encode(value, into, offset)
    if (Number.isInteger(length) && length >= 0 && length <= this.maxBytes) return length
    throw new RangeError(`${this.name}: encode answers a number of bytes from 0 to maxBytes, got ${describe(length)}`)
  }

  decode(from: Bytes, offset: number, length: number): T {
    const value = this.#options.decode(from, offset, length)
    if (value === undefined) throw new TypeError(`${this.name}: decode answers a value, got undefined`)
    return value
  }
}

/**
 * Makes a codec of two functions. Throws `TypeError` or `RangeError` for options that make none.
 *
 * Whoever attaches to a channel of such values passes the codec again; it is told by its name and `maxBytes`. Both
 * functions run before or after a value is moved, never while it is, so an error in them disturbs nobody.
 *
 * @example
 * import { customCodec } from '@millrace/ring/codec'
 *
 * const date = customCodec<Date>({
 *   name: 'date',
 *   maxBytes: 8,
 *   encode(value, into, offset) {
 *     into.f64[offset / 8] = value.getTime()
 *     return 8
 *   },
 *   decode: (from, offset) => new Date(from.f64[offset / 8] ?? 0),
 * })
 * date.name // => 'custom("date",8)'
 */
export function customCodec<T>(options: CustomCodecOptions<T>): Codec<T> {
  if (typeof options !== 'object' || options === null) {
    throw new TypeError(`options: expected { name, maxBytes, encode, decode }, got ${describe(options)}`)
  }
  const { name, maxBytes, encode, decode } = options
  if (typeof name !== 'string' || name === '') throw new TypeError(`name: expected a text, got ${describe(name)}`)
  checkLimit('maxBytes', maxBytes)
  if (typeof encode !== 'function') throw new TypeError(`encode: expected a function, got ${describe(encode)}`)
  if (typeof decode !== 'function') throw new TypeError(`decode: expected a function, got ${describe(decode)}`)
  return new Custom(options)
}
