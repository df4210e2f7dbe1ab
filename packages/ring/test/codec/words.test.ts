import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { bool, EncodeError, enumOf, f64, i32, u32, type WordCodec } from '../../src/codecs.ts'
import { expectRoundTrips, refusal, roundTrip } from './memory.ts'

const viaWord = <T>(codec: WordCodec<T>, value: T) => codec.fromWord(codec.toWord(value))

describe('u32', () => {
  test('gives back every integer from 0 to 2 ** 32 - 1, as bytes and as a word', () => {
    expectRoundTrips(u32, fc.integer({ min: 0, max: 2 ** 32 - 1 }))
    for (const value of [0, 1, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1]) expect(viaWord(u32, value)).toBe(value)
  })

  test('passes a word that is an i32', () => {
    expect([u32.toWord(2 ** 32 - 1), u32.toWord(2 ** 31), u32.words]).toEqual([-1, -(2 ** 31), 1])
  })

  test.each([-1, 1.5, 2 ** 32, Number.NaN, Number.POSITIVE_INFINITY, '5', null, undefined, true, 5n, {}])(
    'refuses %s',
    (value) => {
      expect(refusal(u32, value)).toMatchObject({ code: 'not-encodable', codec: 'u32', path: '' })
      expect(() => u32.toWord(value as number)).toThrow(EncodeError)
    },
  )

  test('takes -0 as 0', () => expect(Object.is(viaWord(u32, -0), 0)).toBe(true))

  test('never calls what a value brings along', () => {
    const called = () => {
      throw new Error('called')
    }
    expect(refusal(u32, { valueOf: called, toString: called })).toMatchObject({
      message: expect.stringContaining('got [object Object]'),
    })
  })
})

describe('i32', () => {
  test('gives back every integer from -(2 ** 31) to 2 ** 31 - 1, as bytes and as a word', () => {
    expectRoundTrips(i32, fc.integer())
    for (const value of [-(2 ** 31), -1, 0, 2 ** 31 - 1]) expect(viaWord(i32, value)).toBe(value)
    expect(Object.is(viaWord(i32, -0), 0)).toBe(true)
  })

  test.each([2 ** 31, -(2 ** 31) - 1, 0.5, Number.NaN, '5', null, undefined, 5n])('refuses %s', (value) => {
    expect(refusal(i32, value)).toMatchObject({ code: 'not-encodable', codec: 'i32' })
  })
})

describe('bool', () => {
  test('gives back true and false', () => {
    expect([roundTrip(bool, true), roundTrip(bool, false)]).toEqual([true, false])
    expect([viaWord(bool, true), viaWord(bool, false)]).toEqual([true, false])
  })

  test.each([0, 1, '', 'true', null, undefined])('refuses %s', (value) => {
    expect(refusal(bool, value)).toMatchObject({ code: 'not-encodable', codec: 'bool' })
  })
})

describe('f64', () => {
  test('gives back every number, as bytes and as a pair', () => {
    expectRoundTrips(f64, fc.double())
    fc.assert(
      fc.property(fc.double(), (value) => {
        const [first = 0, second = 0] = f64.toPair(value)
        expect(Object.is(f64.fromPair(first, second), value)).toBe(true)
      }),
    )
    for (const value of [-0, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 5e-324])
      expect(Object.is(roundTrip(f64, value), value)).toBe(true)
  })

  test('writes one NaN, whatever bits it is given', () => {
    const [odd = 0] = new Float64Array(new BigUint64Array([0xfff8_0000_dead_beefn]).buffer)
    expect([...f64.toPair(odd)]).toEqual([...f64.toPair(Number.NaN)])
    expect(new BigUint64Array(f64.toPair(odd).slice().buffer)).toEqual(new BigUint64Array([0x7ff8_0000_0000_0000n]))
  })

  test('has the word of the lower address first', () => {
    const bits = new Int32Array(new Float64Array([Math.PI]).buffer)
    expect([...f64.toPair(Math.PI)]).toEqual([...bits])
  })

  test.each(['1', null, undefined, 1n, {}, true])('refuses %s', (value) => {
    expect(refusal(f64, value)).toMatchObject({ code: 'not-encodable', codec: 'f64' })
    expect(() => f64.toPair(value as number)).toThrow(EncodeError)
  })
})

describe('enumOf', () => {
  const side = enumOf('buy', 'sell', 'é"')

  test('gives back each of its texts', () => {
    expectRoundTrips(side, fc.constantFrom('buy', 'sell', 'é"'))
    expect([viaWord(side, 'sell'), side.toWord('é"')]).toEqual(['sell', 2])
  })

  test.each(['hold', '', 0, null, undefined])('refuses %s', (value) => {
    expect(refusal(side, value)).toMatchObject({ code: 'not-encodable', codec: 'enum("buy","sell","é\\"")' })
  })

  test('is made of texts, each once', () => {
    expect(() => enumOf(...([] as unknown as ['a']))).toThrow(TypeError)
    expect(() => enumOf('a', 1 as never)).toThrow(new TypeError('texts: expected strings, got 1'))
    expect(() => enumOf('a', 'b', 'a')).toThrow(new TypeError('texts: expected each once, got a string, "a" twice'))
  })
})
