import type { Bytes, Codec } from './api.ts'
import { checkCodec } from './check.ts'

/** The byte behind a value that is there; without it even one of no bytes would look like null, which takes none. */
const PRESENT = 1

class Nullable<T> implements Codec<T | null> {
  readonly name: string
  readonly maxBytes: number
  readonly #codec: Codec<T>

  constructor(codec: Codec<T>) {
    this.name = `nullable(${codec.name})`
    this.maxBytes = codec.maxBytes + 1
    this.#codec = codec
  }

  encode(value: T | null, into: Bytes, offset: number): number {
    if (value === null) return 0
    const length = this.#codec.encode(value, into, offset)
    into.u8[offset + length] = PRESENT
    return length + 1
  }

  decode(from: Bytes, offset: number, length: number): T | null {
    return length === 0 ? null : this.#codec.decode(from, offset, length - 1)
  }
}

/**
 * Null, or a value of another codec; one byte more than that. Throws `TypeError` or `RangeError` if it is given no codec.
 *
 * @example
 * import { nullable, string, struct, u32 } from '@millrace/ring/codec'
 *
 * const user = struct({ id: u32, nickname: nullable(string(20)) })
 * user.name // => 'struct{id:u32,nickname:nullable(string(20))}'
 */
export function nullable<T>(codec: Codec<T>): Codec<T | null> {
  checkCodec('codec', codec)
  return new Nullable(codec)
}
