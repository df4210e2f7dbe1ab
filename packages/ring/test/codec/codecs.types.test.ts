import { expect, expectTypeOf, test } from 'vitest'
import {
  type bool,
  bytes,
  type Codec,
  customCodec,
  enumOf,
  f64,
  type Infer,
  json,
  nullable,
  string,
  struct,
  u32,
} from '../../src/codecs.ts'
import { structured } from '../../src/structured.ts'

test('a codec has the type of its values', () => {
  expectTypeOf<Infer<typeof u32>>().toEqualTypeOf<number>()
  expectTypeOf<Infer<typeof bool>>().toEqualTypeOf<boolean>()
  const side = enumOf('buy', 'sell')
  expectTypeOf<Infer<typeof side>>().toEqualTypeOf<'buy' | 'sell'>()
  expectTypeOf(bytes(1)).toEqualTypeOf<Codec<Uint8Array>>()
  expectTypeOf(nullable(string(1))).toEqualTypeOf<Codec<string | null>>()
  expectTypeOf(json<{ a: 1 }>(1)).toEqualTypeOf<Codec<{ a: 1 }>>()
  expectTypeOf(structured<Map<string, 1n>>(1)).toEqualTypeOf<Codec<Map<string, 1n>>>()
})

test('a struct has the types of its fields', () => {
  const trade = struct({
    id: u32,
    name: string(32),
    at: struct({ x: f64, side: enumOf('buy', 'sell') }),
    note: nullable(bytes(9)),
    made: customCodec({ name: 'date', maxBytes: 8, encode: (_: Date) => 8, decode: () => new Date() }),
  })
  expectTypeOf<Infer<typeof trade>>().toEqualTypeOf<{
    id: number
    name: string
    at: { x: number; side: 'buy' | 'sell' }
    note: Uint8Array | null
    made: Date
  }>()
  type Given = Parameters<typeof trade.encode>[0]
  // @ts-expect-error a field is missing
  ;(): Given => ({ id: 1, name: 'tea', at: { x: 1, side: 'buy' }, note: null })
  // @ts-expect-error hold is not a side
  ;(): Given['at'] => ({ x: 1, side: 'hold' })
})

test('undefined is never a value, and a field is a codec', () => {
  // @ts-expect-error JSON has no undefined
  json<number | undefined>(9)
  // @ts-expect-error a field is a codec
  expect(() => struct({ id: Number })).toThrow(TypeError)
})
