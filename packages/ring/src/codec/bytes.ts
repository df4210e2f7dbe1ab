import type { Bytes, Codec } from './api.ts'
import { checkLimit } from './check.ts'
import { EncodeError, notEncodable } from './errors.ts'
import { platform } from './platform.ts'

/** From here on a copy that does not mind alignment is faster than `set`, which slows to a sixth where the two ends differ in it. */
const LONG = 128

class AnyLength implements Codec<Uint8Array> {
  readonly name: string
  readonly maxBytes: number

  constructor(maxBytes: number) {
    this.name = `bytes(${maxBytes})`
    this.maxBytes = maxBytes
  }

  encode(value: Uint8Array, into: Bytes, offset: number): number {
    const { length } = refuseOthers(this.name, value)
    if (length > this.maxBytes) {
      throw new EncodeError('too-large', this.name, `expected at most ${this.maxBytes} bytes, got ${length}`)
    }
    write(value, into.u8, offset)
    return length
  }

  decode(from: Bytes, offset: number, length: number): Uint8Array {
    return from.u8.slice(offset, offset + length)
  }
}

class OneLength implements Codec<Uint8Array> {
  readonly name: string
  readonly maxBytes: number

  constructor(length: number) {
    this.name = `fixed(${length})`
    this.maxBytes = length
  }

  encode(value: Uint8Array, into: Bytes, offset: number): number {
    const { length } = refuseOthers(this.name, value)
    if (length !== this.maxBytes) {
      const code = length > this.maxBytes ? 'too-large' : 'not-encodable'
      throw new EncodeError(code, this.name, `expected ${this.maxBytes} bytes, got ${length}`)
    }
    write(value, into.u8, offset)
    return length
  }

  decode(from: Bytes, offset: number): Uint8Array {
    return from.u8.slice(offset, offset + this.maxBytes)
  }
}

function refuseOthers(codec: string, value: Uint8Array): Uint8Array {
  // The second question is for arrays of another realm, as those of a test runner's sandbox.
  const isBytes =
    value instanceof Uint8Array || (ArrayBuffer.isView(value) && Object.prototype.toString.call(value) === BYTES)
  if (!isBytes) throw notEncodable(codec, 'a Uint8Array', value)
  if (value.length === 0 && (value.buffer as ArrayBuffer).detached) {
    throw new EncodeError('not-encodable', codec, 'expected a Uint8Array, got one whose buffer was transferred')
  }
  return value
}

const BYTES = '[object Uint8Array]'

function write(value: Uint8Array, into: Uint8Array, offset: number): void {
  if (value.length < LONG || platform === undefined) into.set(value, offset)
  else platform.copy.call(value, into, offset)
}

/**
 * Bytes of any length up to `maxBytes`: `Uint8Array` in, `Buffer` too, and a `Uint8Array` of its own memory out.
 * `EncodeError` is `'too-large'` from `maxBytes + 1` on. Throws `RangeError` unless `maxBytes` is an integer from 1 to 2³⁰.
 *
 * Costs one copy each way, and an allocation when it is read.
 *
 * @example
 * import { bytes } from '@millrace/ring/codec'
 *
 * const packet = bytes(1500)
 * packet.maxBytes // => 1500
 * packet.name // => 'bytes(1500)'
 */
export function bytes(maxBytes: number): Codec<Uint8Array> {
  checkLimit('maxBytes', maxBytes)
  return new AnyLength(maxBytes)
}

/**
 * Bytes of exactly this length: keys, hashes, identifiers. Throws `RangeError` unless `length` is an integer from 1 to 2³⁰.
 *
 * @example
 * import { fixed } from '@millrace/ring/codec'
 *
 * fixed(16).name // => 'fixed(16)'
 */
export function fixed(length: number): Codec<Uint8Array> {
  checkLimit('length', length)
  return new OneLength(length)
}
