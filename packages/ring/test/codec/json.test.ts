import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { json } from '../../src/codecs.ts'
import { structured } from '../../src/structured.ts'
import { expectRoundTrips, refusal, roundTrip } from './memory.ts'

describe('json', () => {
  test('gives back what JSON gives back', () => {
    const values = fc.jsonValue({ stringUnit: 'binary' }) as fc.Arbitrary<NonNullable<unknown> | null>
    expectRoundTrips(json(20_000), values, (value) => JSON.parse(JSON.stringify(value)))
  })

  test('takes maxBytes bytes of text and not one more', () => {
    expect(roundTrip(json(6), 'abcd')).toBe('abcd')
    expect(refusal(json(6), 'abcde')).toMatchObject({ code: 'too-large', codec: 'json(6)' })
    expect(roundTrip(json(5), '€')).toBe('€')
    expect(refusal(json(4), '€')).toMatchObject({ code: 'too-large', codec: 'json(4)' })
  })

  test('gives back half of a surrogate pair, which JSON escapes', () => {
    expect(roundTrip(json(20), '\ud83e')).toBe('\ud83e')
  })

  test('refuses what JSON cannot say, with the reason', () => {
    const circular: { self?: unknown } = {}
    circular.self = circular
    for (const value of [circular, 1n, { deep: [1n] }])
      expect(refusal(json(99), value)).toMatchObject({ code: 'not-encodable', cause: expect.any(TypeError) })
    for (const value of [undefined, () => 1, Symbol('s')])
      expect(refusal(json(99), value)).toMatchObject({ code: 'not-encodable' })
  })

  test('carries what toJSON throws as the cause', () => {
    for (const cause of [new Error('no'), Object.create(null), 'text']) {
      const toJSON = () => {
        throw cause
      }
      expect(refusal(json(99), { toJSON })).toMatchObject({ code: 'not-encodable', cause })
    }
  })
})

describe('structured', () => {
  test('gives back what structuredClone gives back', () => {
    const circular: { self?: unknown; at: Date } = { at: new Date(5) }
    circular.self = circular
    expectRoundTrips(
      structured(20_000),
      fc.constantFrom(new Map([['a', 1n]]), new Set([1]), new Float64Array([1.5]), circular, null, [undefined]),
    )
  })

  test('gives back typed arrays of their own memory', () => {
    for (const samples of [Uint8Array.of(1, 2, 3), Float32Array.of(1, 2, 3)]) {
      const result = roundTrip(structured<{ samples: typeof samples }>(500), { samples })
      expect(result.samples).toStrictEqual(samples)
      expect(result.samples.buffer).toBeInstanceOf(ArrayBuffer)
    }
  })

  test('takes maxBytes bytes and not one more', () => {
    const text = 'x'.repeat(10)
    const needed = [...Array(40).keys()].findIndex((limit) => {
      if (limit === 0) return false
      try {
        return roundTrip(structured(limit), text) === text
      } catch {
        return false
      }
    })
    expect(needed).toBeGreaterThan(10)
    expect(refusal(structured(needed - 1), text)).toMatchObject({
      code: 'too-large',
      message: `structured(${needed - 1}): expected at most ${needed - 1} bytes, got ${needed}`,
    })
  })

  test.each([
    ['a function', () => 1],
    ['a symbol', Symbol('s')],
    ['a port', new MessageChannel().port1],
    ['shared memory', new SharedArrayBuffer(8)],
    ['a promise', Promise.resolve()],
  ])('refuses %s, with the reason', (_, value) => {
    expect(refusal(structured(999), { value })).toMatchObject({ code: 'not-encodable', cause: expect.any(Error) })
  })
})
