import type { Bytes, Codec } from './api.ts'
import { checkLimit } from './check.ts'
import { notEncodable } from './errors.ts'
import { readText, TEXT_OVERHEAD, writeText } from './text.ts'

class Text implements Codec<string> {
  readonly name: string
  readonly maxBytes: number
  readonly #most: number

  constructor(maxBytes: number) {
    this.name = `string(${maxBytes})`
    this.maxBytes = maxBytes + TEXT_OVERHEAD
    this.#most = maxBytes
  }

  encode(value: string, into: Bytes, offset: number): number {
    if (typeof value !== 'string') throw notEncodable(this.name, 'a string', value)
    return writeText(this.name, this.#most, value, into.u8, offset)
  }

  decode(from: Bytes, offset: number, length: number): string {
    return readText(from.u8, offset, length)
  }
}

/**
 * Texts of at most `maxBytes` bytes: one a character if all of them are from U+0000 to U+00FF, else those of UTF-8.
 *
 * A longer one is refused as `'too-large'`, one with half a surrogate pair, which UTF-8 does not have, as
 * `'not-encodable'`. Throws `RangeError` unless `maxBytes` is an integer from 1 to 2³⁰. A codec's own `maxBytes` is one
 * more: a byte says which of the two it is.
 *
 * @example
 * import { string } from '@millrace/ring/codec'
 *
 * string(32).name // => 'string(32)'
 * string(32).maxBytes // => 33
 */
export function string(maxBytes: number): Codec<string> {
  checkLimit('maxBytes', maxBytes)
  return new Text(maxBytes)
}
