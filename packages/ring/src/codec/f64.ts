import type { Bytes, PairCodec } from './api.ts'
import { notEncodable } from './errors.ts'

// Two views of the same eight bytes of this thread.
const double = new Float64Array(1)
const pair = new Int32Array(double.buffer)

class Double implements PairCodec<number> {
  readonly name = 'f64'
  readonly maxBytes = 8
  readonly words = 2

  encode(value: number, into: Bytes, offset: number): number {
    into.f64[offset >>> 3] = checked(value)
    return 8
  }

  decode(from: Bytes, offset: number): number {
    return from.f64[offset >>> 3] as number
  }

  toPair(value: number): Int32Array {
    double[0] = checked(value)
    return pair
  }

  fromPair(first: number, second: number): number {
    pair[0] = first
    pair[1] = second
    return double[0] as number
  }
}

/** The number; a NaN of any bits as the one that JavaScript writes. */
function checked(value: number): number {
  if (typeof value !== 'number') throw notEncodable('f64', 'a number', value)
  return Number.isNaN(value) ? Number.NaN : value
}

/**
 * Any number, in two words: −0, NaN and the infinities too. What is no number is refused.
 *
 * @example
 * import { f64 } from '@millrace/ring/codec'
 *
 * const [first = 0, second = 0] = f64.toPair(-0.5)
 * f64.fromPair(first, second) // => -0.5
 */
export const f64: PairCodec<number> = new Double()
