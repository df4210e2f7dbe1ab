import fc from 'fast-check'
import { expect } from 'vitest'
import type { Bytes, Codec } from '../../src/codecs.ts'

/** Shared memory of so many bytes, none of them zero. */
export function sharedBytes(length: number): Bytes {
  const buffer = new SharedArrayBuffer(Math.ceil(length / 8) * 8)
  const u8 = new Uint8Array(buffer).fill(UNTOUCHED)
  return { i32: new Int32Array(buffer), u8, f64: new Float64Array(buffer), view: new DataView(buffer) }
}

const UNTOUCHED = 0xa5

/** Writes the value somewhere in a larger memory, reads it and spoils the memory; answers what was read. */
export function roundTrip<T>(codec: Codec<T>, value: T, offset = 24, reader: Codec<T> = codec): T {
  const memory = sharedBytes(offset + codec.maxBytes + 64)
  const length = codec.encode(value, memory, offset)
  expect(length).toBeLessThanOrEqual(codec.maxBytes)
  const result = reader.decode(memory, offset, length)
  expectUntouchedOutside(memory, offset, codec.maxBytes)
  memory.u8.fill(0x5a)
  return result
}

/** No byte before the place or behind it was written. */
function expectUntouchedOutside(memory: Bytes, offset: number, length: number): void {
  const written = memory.u8.findLastIndex((byte, at) => byte !== UNTOUCHED && (at < offset || at >= offset + length))
  expect(written).toBe(-1)
}

/** What goes in comes out, wherever it lies. */
export function expectRoundTrips<T>(
  codec: Codec<T>,
  values: fc.Arbitrary<T>,
  expected = (value: T): unknown => value,
): void {
  fc.assert(
    fc.property(values, fc.nat(20), (value, at) => {
      expect(roundTrip(codec, value, at * 8)).toStrictEqual(expected(value))
    }),
  )
}

/** What the codec throws for a value; nothing outside its place is touched by then. */
export function refusal(codec: Codec<unknown>, value: unknown): unknown {
  const memory = sharedBytes(codec.maxBytes + 64)
  try {
    codec.encode(value, memory, 16)
  } catch (error) {
    expectUntouchedOutside(memory, 16, codec.maxBytes)
    return error
  }
  throw new Error('the codec took the value')
}
