import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  bool,
  bytes,
  customCodec,
  enumOf,
  f64,
  fixed,
  i32,
  json,
  nullable,
  string,
  struct,
  u32,
} from '../../src/codecs.ts'
import { expectRoundTrips, refusal, roundTrip, sharedBytes } from './memory.ts'

const trade = struct({ id: u32, name: string(32), n: f64 })
const tea = { id: 7, name: 'tea', n: -0.5 }

describe('struct', () => {
  test('gives back objects of its fields', () => {
    const id = fc.integer({ min: 0, max: 2 ** 32 - 1 })
    expectRoundTrips(trade, plain({ id, name: fc.string({ unit: 'binary', maxLength: 8 }), n: fc.double() }))
  })

  test('gives back fields of every kind in any order of kinds', () => {
    const mixed = struct({
      note: string(12),
      flag: bool,
      x: f64,
      raw: bytes(13),
      side: enumOf('buy', 'sell'),
      hash: fixed(3),
      at: struct({ y: f64, tag: string(5), 'z z': i32 }),
      more: nullable(json(30)),
      last: i32,
    })
    expectRoundTrips(
      mixed,
      plain({
        note: fc.string({ maxLength: 12 }),
        flag: fc.boolean(),
        x: fc.double(),
        raw: fc.uint8Array({ maxLength: 13 }),
        side: fc.constantFrom('buy', 'sell'),
        hash: fc.uint8Array({ minLength: 3, maxLength: 3 }),
        at: plain({ y: fc.double(), tag: fc.string({ maxLength: 5 }), 'z z': fc.integer() }),
        more: fc.option(fc.nat(9)),
        last: fc.integer(),
      }),
    )
  })

  test('gives back the fields in the order of the schema, whatever order they came in', () => {
    expect(Object.keys(roundTrip(trade, { n: 1, name: 'x', id: 1 }))).toEqual(['id', 'name', 'n'])
    expect(roundTrip(trade, { n: 1, name: 'x', id: 1 })).toStrictEqual({ id: 1, name: 'x', n: 1 })
  })

  test('takes objects of classes, also with fields that are getters', () => {
    class Tea {
      id = 7
      n = -0.5
      get name() {
        return 'tea'
      }
    }
    expect(roundTrip(trade, new Tea())).toStrictEqual(tea)
    expect(roundTrip(trade, Object.create(tea))).toStrictEqual(tea)
  })

  test('has room for the largest of all its fields at once', () => {
    const codec = struct({ a: string(7), b: bytes(9), c: u32 })
    const largest = { a: 'ÿ'.repeat(7), b: new Uint8Array(9).fill(1), c: 1 }
    expect(roundTrip(codec, largest)).toStrictEqual(largest)
    expect(codec.encode(largest, sharedBytes(64), 0)).toBe(codec.maxBytes)
  })

  test('takes no more than its fields, a word for each length but the last, and room to align', () => {
    expect([trade.maxBytes, struct({ a: u32, b: bool }).maxBytes]).toEqual([8 + 4 + 4 + 33, 8])
    expect(struct({ a: string(7), b: bytes(9), c: u32 }).maxBytes).toBe(4 + 4 + 8 + 9)
  })

  test('refuses a field it does not have, and one that is missing', () => {
    expect(refusal(trade, { ...tea, extra: 1 })).toMatchObject({
      code: 'not-encodable',
      reason: 'has no field "extra"',
    })
    expect(refusal(trade, { extra: undefined, ...tea })).toMatchObject({ code: 'not-encodable' })
    const { name: _, ...nameless } = tea
    expect(refusal(trade, nameless)).toMatchObject({ code: 'not-encodable', codec: trade.name })
    expect(refusal(trade, { ...tea, name: undefined })).toMatchObject({ code: 'not-encodable' })
    expect(refusal(trade, { id: 1 })).toMatchObject({ reason: 'misses the field "name"' })
  })

  test.each([1, 'text', null, undefined, [], [1, 2, 3], () => 1])(
    'refuses what is no object of fields: %o',
    (value) => {
      expect(refusal(trade, value)).toMatchObject({ code: 'not-encodable', codec: trade.name })
    },
  )

  test('says where in the value an error is', () => {
    const outer = struct({ id: u32, at: struct({ name: string(3), x: f64 }) })
    const at = { name: 'long', x: 1 }
    for (const value of [
      { id: 1, at },
      { at, id: 1 },
    ])
      expect(refusal(outer, value)).toMatchObject({
        code: 'too-large',
        path: 'at.name',
        codec: 'string(3)',
        message: 'at.name: string(3): expected at most 3 bytes, got 4 characters',
      })
    expect(refusal(outer, { id: 1, at: { name: 'a', x: '1' } })).toMatchObject({ path: 'at.x', codec: 'f64' })
  })

  test('lets out what a getter throws and stays as it was', () => {
    const thrown = new Error('getter')
    const evil = {
      id: 1,
      get name(): string {
        throw thrown
      },
      n: 1,
    }
    expect(refusal(trade, evil)).toBe(thrown)
    expect(roundTrip(trade, tea)).toStrictEqual(tea)
  })

  test('says where an error is also if it comes from another copy of the class', () => {
    const twin = Object.assign(new Error('too much'), {
      name: 'EncodeError',
      code: 'too-large',
      codec: 'twin',
      reason: 'too much',
      path: '',
    })
    const encode = () => {
      throw twin
    }
    const codec = struct({ at: customCodec({ name: 'twin', maxBytes: 8, encode, decode: () => 0 }) })
    expect(refusal(codec, { at: 1 })).toMatchObject({ code: 'too-large', path: 'at' })
  })

  test('keeps the cause of a field', () => {
    const codec = struct({ any: json(20) })
    expect(refusal(codec, { any: 1n })).toMatchObject({ path: 'any', cause: expect.any(TypeError) })
  })

  test('is not led astray by fields that every object has', () => {
    const codec = struct({ toString: nullable(string(9)), constructor: u32 })
    expect(roundTrip(codec, { toString: 'x', constructor: 5 })).toStrictEqual({ toString: 'x', constructor: 5 })
    expect(refusal(codec, {})).toMatchObject({ code: 'not-encodable' })
  })

  test('is made of at least one field, each with a codec', () => {
    for (const fields of [{}, null, undefined, 5]) expect(() => struct(fields as never)).toThrow(TypeError)
    expect(() => struct({ id: Number as never })).toThrow(new TypeError('fields.id: expected a codec, got a function'))
    expect(() => struct({ ['__proto__']: u32 })).toThrow(TypeError)
    expect(() => struct({ a: bytes(2 ** 30), b: bytes(2 ** 30) })).toThrow(RangeError)
  })
})

describe('nullable', () => {
  test('gives back null and values, of no bytes too', () => {
    expectRoundTrips(nullable(bytes(40)), fc.option(fc.uint8Array({ maxLength: 40 })))
    expectRoundTrips(nullable(f64), fc.option(fc.double()))
    expectRoundTrips(nullable(trade), fc.constantFrom(null, tea))
  })

  test('refuses undefined and what its codec refuses', () => {
    expect(refusal(nullable(u32), undefined)).toMatchObject({ code: 'not-encodable', codec: 'u32' })
    expect(refusal(nullable(string(2)), 'abc')).toMatchObject({ code: 'too-large', codec: 'string(2)' })
  })

  test('is made of a codec', () => expect(() => nullable(null as never)).toThrow(TypeError))
})

/** Records as a literal makes them. */
function plain<T>(fields: { [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<T> {
  return fc.record<T>(fields, { noNullPrototype: true })
}
