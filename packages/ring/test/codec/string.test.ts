import fc from 'fast-check'
import { afterEach, describe, expect, test, vi } from 'vitest'
import * as withBuffer from '../../src/codecs.ts'
import { expectRoundTrips, refusal, roundTrip } from './memory.ts'

/** The same modules as a browser sees them. */
async function loadWithoutBuffer(): Promise<typeof withBuffer> {
  vi.resetModules()
  vi.stubGlobal('Buffer', undefined)
  try {
    return await import('../../src/codecs.ts')
  } finally {
    vi.unstubAllGlobals()
  }
}

const withoutBuffer = await loadWithoutBuffer()

const wellFormed = fc.string({ unit: 'binary', maxLength: 100 })
const latin1 = fc.string({ unit: fc.nat(255).map((code) => String.fromCharCode(code)), maxLength: 100 })

afterEach(() => vi.restoreAllMocks())

describe.each([
  ['with Buffer', withBuffer, withoutBuffer],
  ['without Buffer', withoutBuffer, withBuffer],
])('string %s', (_, { string, bytes }, other) => {
  test('gives back every well-formed text', () => {
    expectRoundTrips(string(400), wellFormed)
    expectRoundTrips(string(100), latin1)
  })

  test('gives back texts of any length, also those that are read in pieces', () => {
    for (const length of [0, 1, 23, 24, 25, 4095, 4096, 4097, 10_000]) {
      const text = 'é'.repeat(length)
      expect(roundTrip(string(10_000), text)).toBe(text)
      expect(roundTrip(string(30_000), `€${text}`)).toBe(`€${text}`)
    }
  })

  test('keeps a byte order mark and null characters', () => {
    expect(roundTrip(string(50), '\ufeffa\0b\0')).toBe('\ufeffa\0b\0')
  })

  test('takes maxBytes bytes and not one more, at one byte a character', () => {
    for (const limit of [1, 24, 25, 300]) {
      expect(roundTrip(string(limit), 'ÿ'.repeat(limit))).toHaveLength(limit)
      expect(refusal(string(limit), 'ÿ'.repeat(limit + 1))).toMatchObject({
        code: 'too-large',
        message: `string(${limit}): expected at most ${limit} bytes, got ${limit + 1} characters`,
      })
    }
  })

  test('takes maxBytes bytes and not one more, in UTF-8', () => {
    for (const text of ['Ā', '\u07ffĀ', '\u0800', '\uffff', '€'.repeat(40), '🦊', 'é€🦊a', `${'x'.repeat(60)}🦊`]) {
      const needed = new TextEncoder().encode(text).length
      expect(roundTrip(string(needed), text)).toBe(text)
      const error = refusal(string(needed - 1), text)
      expect(error).toMatchObject({ code: 'too-large', reason: expect.stringContaining(`at most ${needed - 1} bytes`) })
    }
  })

  test('refuses half of a surrogate pair', () => {
    for (const text of ['\ud83e', '\udd8a', 'a\ud83e', `${'x'.repeat(40)}\udd8a\ud83e`]) {
      expect(refusal(string(200), text)).toMatchObject({ code: 'not-encodable', codec: 'string(200)' })
    }
  })

  test.each([1, null, undefined, new String('boxed'), Symbol('s')])('refuses what is no text: %o', (value) => {
    expect(refusal(string(200), value)).toMatchObject({ code: 'not-encodable' })
  })

  test('writes what threads with and without Buffer read', () => {
    fc.assert(
      fc.property(fc.oneof(wellFormed, latin1), (text) => {
        expect(roundTrip(string(400), text, 8, other.string(400))).toBe(text)
      }),
    )
    const long = Uint8Array.from({ length: 500 }, (_, index) => index)
    expect(roundTrip(bytes(500), long, 8, other.bytes(500))).toEqual(long)
  })
})

test('an error shows the beginning of a text, not all of it', () => {
  const error = refusal(withBuffer.u32, 'x'.repeat(1_000_000)) as Error
  expect(error.message.length).toBeLessThan(200)
})

test.each([
  ['only takes its own kind', 'copy', () => expect.unreachable('not a buffer')],
  ['reads something else', 'latin1Slice', () => '?'],
])('a stand-in for Buffer that %s is not used', async (_, method, standIn) => {
  const stub = vi.fn(standIn)
  vi.resetModules()
  vi.stubGlobal('Buffer', { prototype: { ...Buffer.prototype, [method]: stub } })
  const { bytes, string } = await import('../../src/codecs.ts')
  vi.unstubAllGlobals()
  expect(stub).toHaveBeenCalledTimes(1)
  expect(roundTrip(bytes(500), new Uint8Array(500))).toEqual(new Uint8Array(500))
  expect(roundTrip(string(500), 'é'.repeat(500))).toBe('é'.repeat(500))
  expect(stub).toHaveBeenCalledTimes(1)
})
