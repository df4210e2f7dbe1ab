import { Buffer } from 'node:buffer'
import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { PlainReader, PlainWriter } from '../../src/thread/plain.ts'

const bytes = new Uint8Array(4_096)
const writer = new PlainWriter(bytes)
const reader = new PlainReader(bytes)

/** What comes out, in a list; none if the value is left to the clone. */
function written(value: unknown, end = bytes.length): unknown[] {
  return writer.write(value, 0, end) ? [reader.read(0)] : []
}

function argumentsOf(..._: unknown[]): unknown {
  // biome-ignore lint/complexity/noArguments: it is no plain object
  return arguments
}

const changed = <T extends object>(value: T, prototype: object | null): T => Object.setPrototypeOf(value, prototype)
const shared = { z: 1 }
const proxy = new Proxy({ a: 1 }, {})

// biome-ignore lint/suspicious/noSparseArray: holes are what is tested
const holes = (): number[] => [1, , 3] as number[]

const oddities: Record<string, unknown> = {
  'a hole and a field': Object.assign(holes(), { x: 9 }),
  'a hole': holes(),
  'a field of an array': Object.assign([1], { x: 1 }),
  'an array with the prototype of an object': changed([1], Object.prototype),
  'an object with the prototype of an array': changed({ 0: 1, length: 1 }, Array.prototype),
  'a date with the prototype of an object': changed(new Date(0), Object.prototype),
  'a map without a prototype': changed(new Map([[1, 2]]), null),
  'a set without a prototype': changed(new Set([1]), null),
  'an error without a prototype': changed(new Error('q'), null),
  'a boxed string without a prototype': changed(new String('abc'), null),
  'bytes with the prototype of an object': changed(new Uint8Array(2), Object.prototype),
  'a key __proto__': JSON.parse('{"__proto__":{"x":1},"y":2}'),
  'an object met twice': [shared, shared],
  'an object in itself': (() => {
    const round: { self?: unknown } = {}
    round.self = round
    return round
  })(),
  'shared memory': new Uint8Array(new SharedArrayBuffer(4)),
}

describe('a plain value', () => {
  test('comes out as its structured clone does, or is left to that', () => {
    const any = fc.anything({
      withBigInt: true,
      withDate: true,
      withMap: true,
      withSet: true,
      withTypedArray: true,
      withSparseArray: true,
      withObjectString: false,
      withNullPrototype: true,
      withBoxedValues: true,
      stringUnit: 'binary',
      maxDepth: 4,
    })
    let plain = 0
    fc.assert(
      fc.property(any, (value) => {
        const [out] = written([value])
        if (out === undefined) return
        plain++
        // A clone keeps the memory of a view, and this its bytes.
        expect(isDeepStrictEqual(out, structuredClone([value]))).toBe(true)
      }),
      { numRuns: 5_000 },
    )
    expect(plain).toBeGreaterThan(500)
  })

  test.each(Object.entries(oddities))('with %s is left to the clone', (_, value) => {
    expect([written(value), written([value])]).toEqual([[], []])
  })

  test('that a clone throws for is left to it', () => {
    for (const value of [proxy, () => 1, Symbol('a'), argumentsOf(1), [proxy]]) expect(written(value)).toEqual([])
  })

  test('that is a Buffer comes out as a Buffer, with no more than its bytes', () => {
    const [out] = written([Buffer.from('abc'), new Uint8Array(new ArrayBuffer(100), 10, 2)]) as [[Buffer, Uint8Array]]
    expect([Buffer.isBuffer(out[0]), out[0].toString(), out[0].buffer.byteLength]).toEqual([true, 'abc', 3])
    expect([out[1].constructor, out[1].buffer.byteLength]).toEqual([Uint8Array, 2])
  })

  test('that does not fit is left to the clone, and nothing is written behind the end', () => {
    const value = { text: 'abc', wide: '€', list: [1, 1.5, null, true, undefined], bytes: Buffer.from('xy') }
    writer.write(value, 0, bytes.length)
    const [whole] = written(value)
    expect(whole).toEqual(value)
    for (let end = 0; ; end++) {
      bytes.fill(0xaa, end)
      if (written(value, end).length > 0) break
      expect(bytes.subarray(end, end + 64).every((byte) => byte === 0xaa)).toBe(true)
    }
  })
})
