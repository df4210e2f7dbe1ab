import { deserialize, serialize } from 'node:v8'
import type { Value } from '../api.ts'
import type { Bytes, Codec } from './api.ts'
import { checkLimit } from './check.ts'
import { describe, EncodeError } from './errors.ts'

class Structured<T> implements Codec<T> {
  readonly name: string
  readonly maxBytes: number

  constructor(maxBytes: number) {
    this.name = `structured(${maxBytes})`
    this.maxBytes = maxBytes
  }

  encode(value: T, into: Bytes, offset: number): number {
    const serialized = this.#serialize(value)
    const { length } = serialized
    if (length > this.maxBytes) {
      throw new EncodeError('too-large', this.name, `expected at most ${this.maxBytes} bytes, got ${length}`)
    }
    into.u8.set(serialized, offset)
    return length
  }

  decode(from: Bytes, offset: number, length: number): T {
    // Typed arrays inside are views of what is read from, so it is a copy.
    return deserialize(from.u8.slice(offset, offset + length))
  }

  #serialize(value: T): Uint8Array {
    try {
      return serialize(value)
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : describe(cause)
      throw new EncodeError('not-encodable', this.name, `cannot serialize this value: ${reason}`, { cause })
    }
  }
}

/**
 * Anything that `structuredClone` can copy, as Node's `v8.serialize` writes it: maps, sets, dates, bigints, typed arrays,
 * errors, circular objects. Only in Node, hence in a module of its own.
 *
 * A value of more than `maxBytes` serialized bytes is refused as `'too-large'`; a function, a symbol, a port or shared
 * memory inside it as `'not-encodable'`, with the reason as `cause`. Throws `RangeError` unless `maxBytes` is an integer
 * from 1 to 2³⁰.
 *
 * Costs several times as much as `json`.
 *
 * @example
 * import { structured } from '@millrace/ring/codec/structured'
 *
 * structured<Map<string, bigint>>(4096).name // => 'structured(4096)'
 */
export function structured<T extends Value = Value>(maxBytes: number): Codec<T> {
  checkLimit('maxBytes', maxBytes)
  return new Structured(maxBytes)
}
