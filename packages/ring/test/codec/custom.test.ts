import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  bool,
  bytes,
  type Codec,
  checkCodec,
  codecOf,
  customCodec,
  enumOf,
  f64,
  fixed,
  i32,
  json,
  layoutHash,
  nullable,
  string,
  struct,
  u32,
} from '../../src/codecs.ts'
import { structured } from '../../src/structured.ts'
import { expectRoundTrips, refusal, sharedBytes } from './memory.ts'

const date = customCodec<Date>({
  name: 'date',
  maxBytes: 8,
  encode(value, into, offset) {
    into.f64[offset / 8] = value.getTime()
    return 8
  },
  decode: (from, offset) => new Date(from.f64[offset / 8] ?? 0),
})

describe('customCodec', () => {
  test('gives back its values, by itself and as a field', () => {
    expectRoundTrips(date, fc.date({ noInvalidDate: true }))
    const fields = { at: fc.date({ noInvalidDate: true }), id: fc.nat(), until: fc.option(fc.date()) }
    expectRoundTrips(struct({ at: date, id: u32, until: nullable(date) }), fc.record(fields, { noNullPrototype: true }))
  })

  test('lets out what its encode throws', () => {
    expect(refusal(date, 'now')).toMatchObject({ message: 'value.getTime is not a function' })
  })

  test.each([-1, 9, 0.5, Number.NaN, undefined, '8'])('does not believe an encode that answers %s', (length) => {
    const liar = customCodec({ name: 'liar', maxBytes: 8, encode: () => length as number, decode: () => 0 })
    expect(() => liar.encode(0, sharedBytes(8), 0)).toThrow(RangeError)
  })

  test('names the option that is wrong', () => {
    const right = { name: 'a', maxBytes: 8, encode: () => 0, decode: () => 0 }
    const wrong = (options: object) => () => customCodec({ ...right, ...options })
    expect(wrong({ name: '' })).toThrow(/^name: /)
    expect(wrong({ name: 5 })).toThrow(new TypeError('name: expected a text, got 5'))
    expect(wrong({ maxBytes: 0 })).toThrow(RangeError)
    expect(wrong({ maxBytes: '8' })).toThrow(new TypeError('maxBytes: expected a number, got a string, "8"'))
    expect(wrong({ encode: undefined })).toThrow(new TypeError('encode: expected a function, got undefined'))
    expect(wrong({ decode: 1 })).toThrow(new TypeError('decode: expected a function, got 1'))
    expect(() => customCodec(null as never)).toThrow(TypeError)
  })
})

describe('codecOf', () => {
  const codecs: Codec<unknown>[] = [
    u32,
    i32,
    f64,
    bool,
    enumOf('a', 'b,")'),
    bytes(9),
    fixed(9),
    string(9),
    json(9),
    nullable(u32),
    struct({ a: u32, 'b c': nullable(struct({ x: f64, note: string(80) })), $d: enumOf('}') }),
  ]

  test.each(codecs.map((codec) => [codec.name, codec] as const))('makes %s of its name', (name, codec) => {
    expect(codecOf(name)).toMatchObject({ name, maxBytes: codec.maxBytes, constructor: codec.constructor })
  })

  test('does not make one that has to be passed again', () => {
    for (const codec of [date, structured(9), struct({ a: u32, b: date }), nullable(structured(9))])
      expect(codecOf(codec.name)).toBeUndefined()
  })

  test.each([
    '',
    'u33',
    'u32 ',
    'string',
    'string()',
    'string(0)',
    'string(09)',
    'string(9',
    'struct{}',
    'struct{a:u32,a:u32}',
    'struct{__proto__:u32}',
    'enum(a)',
    'constructor',
    'nullable(u32))',
  ])('knows no codec of the name %o', (name) => expect(codecOf(name)).toBeUndefined())

  test('reads a name and nothing else', () => expect(() => codecOf(u32 as never)).toThrow(TypeError))
})

describe('layoutHash', () => {
  test('is 32-bit FNV-1a of the name, as an i32', () => {
    expect(layoutHash('') >>> 0).toBe(0x811c9dc5)
    expect(layoutHash('foobar') >>> 0).toBe(0xbf9cf968)
    expect(layoutHash(u32)).toBe(layoutHash('u32'))
  })

  test('tells layouts apart', () => {
    const codecs = [
      u32,
      i32,
      f64,
      string(32),
      string(33),
      bytes(32),
      struct({ a: u32, b: u32 }),
      struct({ b: u32, a: u32 }),
    ]
    expect(new Set(codecs.map(layoutHash)).size).toBe(codecs.length)
  })
})

test('a codec that decodes nothing is told so, since undefined is no value', () => {
  const codec = customCodec({ name: 'nothing', maxBytes: 8, encode: () => 0, decode: () => undefined })
  expect(() => codec.decode(sharedBytes(8), 0, 0)).toThrow(
    new TypeError('custom("nothing",8): decode answers a value, got undefined'),
  )
})

describe('checkCodec', () => {
  test('takes every codec', () => {
    for (const codec of [u32, f64, string(1), date, structured(9), struct({ a: u32 })])
      expect(() => checkCodec('codec', codec)).not.toThrow()
  })

  test.each([
    [undefined, 'codec: expected a codec, got undefined'],
    ['u32', 'codec: expected a codec, got a string, "u32"'],
    [{}, 'codec: expected a codec with a name, got undefined'],
    [{ name: 'x', maxBytes: 4 }, 'codec: expected a codec with a function encode, got undefined'],
    [{ ...methods(), words: 1 }, 'codec: expected a codec with a function toWord, got undefined'],
    [{ ...methods(), words: 3 }, 'codec: expected a codec of 1 or 2 words, got 3'],
    [{ ...methods(), maxBytes: 0 }, 'codec.maxBytes: expected an integer from 1 to 2 ** 30, got 0'],
  ])('says what is wrong with %o', (value, message) => {
    expect(() => checkCodec('codec', value)).toThrow(message)
  })
})

function methods() {
  return { name: 'x', maxBytes: 4, encode: () => 0, decode: () => 0 }
}
