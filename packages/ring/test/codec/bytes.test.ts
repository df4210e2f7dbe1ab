import { runInNewContext } from 'node:vm'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { bytes, fixed } from '../../src/codecs.ts'
import { expectRoundTrips, refusal, roundTrip, sharedBytes } from './memory.ts'

describe('bytes', () => {
  test('gives back what it is given, at any length and alignment of the source', () => {
    expectRoundTrips(bytes(700), fc.uint8Array({ maxLength: 700 }))
    const all = Uint8Array.from({ length: 400 }, (_, index) => index * 7)
    for (const from of [0, 1, 3, 5])
      for (const length of [0, 1, 3, 4, 127, 128, 129, 300])
        expect(roundTrip(bytes(300), all.subarray(from, from + length))).toEqual(all.slice(from, from + length))
  })

  test('gives a plain array of its own, also for a Buffer', () => {
    const memory = sharedBytes(64)
    const length = bytes(10).encode(Buffer.from('tea'), memory, 0)
    const result = bytes(10).decode(memory, 0, length)
    expect([result.constructor, result.buffer.byteLength]).toEqual([Uint8Array, 3])
    expect(result.buffer).not.toBe(memory.u8.buffer)
  })

  test('takes bytes that lie in shared memory, and bytes of another realm', () => {
    const shared = new Uint8Array(new SharedArrayBuffer(5)).fill(9)
    expect(roundTrip(bytes(5), shared)).toEqual(Uint8Array.of(9, 9, 9, 9, 9))
    expect(roundTrip(bytes(5), runInNewContext('Uint8Array.of(1, 2)'))).toEqual(Uint8Array.of(1, 2))
  })

  test('takes maxBytes bytes and not one more', () => {
    expect(roundTrip(bytes(129), new Uint8Array(129))).toHaveLength(129)
    expect(refusal(bytes(129), new Uint8Array(130))).toMatchObject({
      code: 'too-large',
      message: 'bytes(129): expected at most 129 bytes, got 130',
    })
  })

  test.each([[[1, 2]], ['text'], [new Uint16Array(2)], [new ArrayBuffer(2)], [null], [undefined]])(
    'refuses %s',
    (value) => expect(refusal(bytes(9), value)).toMatchObject({ code: 'not-encodable', codec: 'bytes(9)' }),
  )

  test('refuses bytes that were transferred away', () => {
    const gone = new Uint8Array(3)
    structuredClone(gone, { transfer: [gone.buffer] })
    expect(refusal(bytes(9), gone)).toMatchObject({ code: 'not-encodable' })
  })

  test.each([0, -1, 1.5, Number.NaN, 2 ** 30 + 1])('has no limit of %s', (limit) => {
    expect(() => bytes(limit)).toThrow(new RangeError(`maxBytes: expected an integer from 1 to 2 ** 30, got ${limit}`))
  })

  test('has no limit that is not a number', () => {
    expect(() => bytes('9' as never)).toThrow(TypeError)
    expect(() => bytes(undefined as never)).toThrow(TypeError)
  })
})

describe('fixed', () => {
  test('gives back bytes of its length', () => {
    expectRoundTrips(fixed(16), fc.uint8Array({ minLength: 16, maxLength: 16 }))
  })

  test('takes neither more nor fewer', () => {
    expect(refusal(fixed(16), new Uint8Array(17))).toMatchObject({ code: 'too-large' })
    expect(refusal(fixed(16), new Uint8Array(15))).toMatchObject({
      code: 'not-encodable',
      message: 'fixed(16): expected 16 bytes, got 15',
    })
  })
})
