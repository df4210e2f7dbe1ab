import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  bool,
  bytes,
  type Codec,
  customCodec,
  enumOf,
  f64,
  i32,
  nullable,
  string,
  struct,
  u32,
  type WordCodec,
} from '../../src/codecs.ts'
import type { Value } from '../../src/index.ts'
import { openSlotRing } from '../../src/shared/open-slot-ring.ts'
import { attachSlotRing, slotRing } from '../../src/shared.ts'
import { ARENAS, STARTS, usedBytes } from './arenas.ts'

interface Kind {
  readonly codec: Codec<Value>
  readonly value: fc.Arbitrary<Value>
}

function kind<T extends Value>(codec: Codec<T>, value: fc.Arbitrary<T>): Kind {
  return { codec, value } as unknown as Kind
}

const kinds: readonly Kind[] = [
  kind(u32, fc.nat({ max: 2 ** 32 - 1 })),
  kind(i32, fc.integer()),
  kind(bool, fc.boolean()),
  kind(enumOf('buy', 'sell'), fc.constantFrom('buy' as const, 'sell' as const)),
  kind(f64, fc.double()),
  kind(bytes(11), fc.uint8Array({ maxLength: 11 })),
  kind(bytes(700), fc.uint8Array({ maxLength: 700 })),
  kind(string(30), fc.string({ maxLength: 10 })),
  kind(nullable(string(9)), fc.option(fc.string({ maxLength: 3 }))),
  kind(struct({ id: u32, at: f64 }), fc.record({ id: fc.nat(), at: fc.double() }, { noNullPrototype: true })),
]

const command = (value: fc.Arbitrary<Value>) =>
  fc.oneof(
    fc.record({ push: value }),
    fc.constant('pop' as const),
    fc.record({ pushMany: fc.array(value, { maxLength: 12 }), from: fc.nat(3), to: fc.option(fc.nat(12)) }),
    fc.record({ popMany: fc.nat(12) }),
  )

describe.each(ARENAS)('a slot ring over %s', (_, arena) => {
  test.each(kinds.map(({ codec, value }) => [codec.name, codec, value] as const))(
    'behaves as an array of limited length under random commands, of %s',
    (_, codec, value) => {
      fc.assert(
        fc.property(
          fc.integer({ min: 1, max: 9 }),
          fc.constantFrom(...STARTS),
          fc.array(command(value), { maxLength: 60, size: 'max' }),
          (capacity, start, commands) => {
            using ring = openSlotRing({ capacity, codec, arena }, start)
            using other = attachSlotRing(ring.handle)
            const model: Value[] = []
            for (const [i, command] of commands.entries()) {
              const view = i % 2 === 0 ? ring : other
              const room = capacity - model.length
              if (command === 'pop') expect(view.pop()).toEqual(model.shift())
              else if ('push' in command) {
                expect(view.push(command.push)).toBe(room > 0)
                if (room > 0) model.push(command.push)
              } else if ('pushMany' in command) {
                const { pushMany: values, from, to } = command
                const taken = values.slice(from, to ?? undefined).slice(0, room)
                const end = Math.min(to ?? values.length, values.length)
                expect(view.pushMany(values, from, end)).toBe(taken.length)
                model.push(...taken)
              } else expect(view.popMany(command.popMany)).toEqual(model.splice(0, command.popMany))
              expect([ring.length, other.length]).toEqual([model.length, model.length])
            }
          },
        ),
        { numRuns: 40 },
      )
    },
  )

  test.each([
    ['u32', u32, [Uint32Array, Float64Array], [0, 1, 2 ** 32 - 1]],
    ['i32', i32, [Int32Array, Float64Array], [-(2 ** 31), -1, 2 ** 31 - 1]],
    ['f64', f64, [Float64Array], [-0.5, Number.NaN, 1e300]],
  ] as const)('pops %s into the elements of an array, as many as are there and fit', (_, codec, arrays, values) => {
    for (const Numbers of arrays) {
      using ring = slotRing({ capacity: 3000, codec, arena })
      const many = Array.from({ length: 2500 }, (_, i) => values[i % 3] as number)
      expect(ring.pushMany(many)).toBe(2500)
      const array = new Numbers(2000)
      expect([ring.popInto(array), ring.length]).toEqual([2000, 500])
      expect(Array.from(array)).toEqual(many.slice(0, 2000))
      array.fill(9)
      expect(ring.popInto(array)).toBe(500)
      expect(Array.from(array.subarray(0, 501))).toEqual([...many.slice(2000), 9])
      expect(ring.popInto(array)).toBe(0)
    }
  })
})

describe('push', () => {
  test('refuses undefined, and what its codec refuses, and adds nothing', () => {
    using words = slotRing({ capacity: 4, codec: u32 })
    using texts = slotRing({ capacity: 4, codec: string(3) })
    expect(() => words.push(undefined as never)).toThrow(TypeError)
    expect(() => texts.push(undefined as never)).toThrow(TypeError)
    expect(() => words.push(-1)).toThrow('expected an integer from 0 to 2 ** 32 - 1, got -1')
    expect(() => texts.push('four')).toThrow(expect.objectContaining({ name: 'EncodeError', code: 'too-large' }))
    expect([words.length, texts.length, texts.push('tea'), texts.pop()]).toEqual([0, 0, true, 'tea'])
  })

  test('lets through what a getter throws, and the ring goes on', () => {
    using ring = slotRing({ capacity: 4, codec: struct({ a: u32 }) })
    const failure = new Error('no')
    const value = {
      get a(): number {
        throw failure
      },
    }
    expect(() => ring.push(value)).toThrow(failure)
    expect([ring.push({ a: 1 }), ring.pop(), ring.length]).toEqual([true, { a: 1 }, 0])
  })

  test('throws within a getter of a value that is being pushed to the same ring, and not to another', () => {
    using ring = slotRing({ capacity: 4, codec: struct({ a: u32 }) })
    using other = slotRing({ capacity: 4, codec: struct({ a: u32 }) })
    const into = (target: typeof ring) => ({
      get a() {
        return target.push({ a: 1 }) ? 2 : 3
      },
    })
    expect(() => ring.push(into(ring))).toThrow('ring: it is used again by a codec')
    expect([ring.length, ring.push(into(other)), ring.pop(), other.pop()]).toEqual([0, true, { a: 2 }, { a: 1 }])
  })
})

describe('a codec of the user', () => {
  /** One that does something with its ring before it answers. */
  function meddling(act: () => void): WordCodec<number> {
    const run = (word: number) => {
      act()
      return word
    }
    return {
      ...i32,
      name: 'meddling',
      maxBytes: 4,
      words: 1,
      toWord: run,
      fromWord: run,
      encode: () => 4,
      decode: () => 0,
    }
  }

  test('that pops from the ring whose values it reads and writes disturbs none of them', () => {
    const popped: (number | undefined)[] = []
    let isOn = false
    const codec = meddling(() => {
      if (!isOn) return
      isOn = false
      popped.push(ring.pop())
      isOn = true
    })
    using ring = slotRing({ capacity: 10, codec })
    ring.pushMany([1, 2, 3, 4, 5, 6])
    isOn = true
    expect([ring.pushMany([7, 8]), popped]).toEqual([2, [1, 2]])
    expect([ring.popMany(2), popped]).toEqual([
      [3, 4],
      [1, 2, 5, 6],
    ])
  })

  test('that disposes the ring is refused, or the value is', () => {
    let act = (): void => {}
    const codec = meddling(() => act())
    const ring = slotRing({ capacity: 10, codec })
    act = () => ring[Symbol.dispose]()
    expect(() => ring.pushMany([1])).toThrow('ring: it is disposed by a codec')
    expect(ring.length).toBe(0)
    expect(() => ring.push(1)).toThrow('ring: it was disposed in this thread')
  })
})

describe('pushMany', () => {
  test('adds nothing if one of the values there is room for cannot be encoded, however many they are', () => {
    using words = slotRing({ capacity: 5000, codec: u32 })
    using records = slotRing({ capacity: 50, codec: bytes(1000) })
    const numbers = Array.from({ length: 4000 }, (_, i) => (i === 3999 ? -1 : i))
    const arrays = Array.from({ length: 40 }, (_, i) => new Uint8Array(i === 39 ? 1001 : 7))
    expect(() => words.pushMany(numbers)).toThrow('got -1')
    expect(() => records.pushMany(arrays)).toThrow('got 1001')
    expect(() => words.pushMany([1, undefined as never])).toThrow(TypeError)
    expect([words.length, records.length]).toEqual([0, 0])
    expect([words.pushMany(numbers, 0, 3999), records.pushMany(arrays, 3, 39)]).toEqual([3999, 36])
    expect(words.popMany(5000)).toEqual(numbers.slice(0, 3999))
  })

  test('does not look at values there is no room for', () => {
    using ring = slotRing({ capacity: 2, codec: u32 })
    expect(ring.pushMany([1, 2, -3])).toBe(2)
  })
})

describe('pop', () => {
  test('lets through what a custom codec throws; that value is gone, the next is not', () => {
    const codec = customCodec<number>({
      name: 'picky',
      maxBytes: 8,
      encode: (value, into, offset) => {
        into.f64[offset / 8] = value
        return 8
      },
      decode: (from, offset) => {
        if (from.f64[offset / 8] === 13) throw new Error('unlucky')
        return from.f64[offset / 8] as number
      },
    })
    using ring = slotRing({ capacity: 4, codec })
    ring.pushMany([13, 14])
    expect(() => ring.pop()).toThrow('unlucky')
    expect([ring.pop(), ring.pop()]).toEqual([14, undefined])
  })

  test.each([-1, 1.5, Number.NaN])('popMany refuses max %s', (max) => {
    using ring = slotRing({ capacity: 4, codec: u32 })
    expect(() => ring.popMany(max)).toThrow(RangeError)
  })

  test('popInto refuses arrays that would change the numbers', () => {
    using words = slotRing({ capacity: 4, codec: u32 })
    using doubles = slotRing({ capacity: 4, codec: f64 })
    using texts = slotRing({ capacity: 4, codec: string(4) })
    expect(() => words.popInto(new Int32Array(4))).toThrow('array: expected Uint32Array, got Int32Array')
    expect(() => doubles.popInto(new Uint32Array(4))).toThrow('array: expected Float64Array, got Uint32Array')
    expect(() => texts.popInto(new Uint32Array(4))).toThrow(TypeError)
    expect(() => words.popInto(undefined as never)).toThrow('got undefined')
  })
})

describe('slotRing', () => {
  test.each([0, -1, 1.5, Number.NaN, 2 ** 26 + 1, '4', undefined])('refuses capacity %s', (capacity) => {
    const message = `capacity: expected an integer from 1 to ${2 ** 26}, got ${capacity}`
    expect(() => slotRing({ capacity: capacity as number, codec: u32 })).toThrow(new RangeError(message))
  })

  test('refuses what is no codec, and options it does not have', () => {
    expect(() => slotRing({ capacity: 1, codec: Number as never })).toThrow('codec: expected a codec, got a function')
    expect(() => slotRing({ capacity: 1, codec: u32, size: 3 } as never)).toThrow('size: no such option')
    expect(() => slotRing(undefined as never)).toThrow(TypeError)
  })

  test('keeps its views when the arena grows under them', () => {
    const arena = ARENAS[0]?.[1]
    using ring = slotRing({ capacity: 8, codec: bytes(300), arena })
    ring.push(new Uint8Array(300).fill(7))
    using large = slotRing({ capacity: 2 ** 16, codec: bytes(500), arena })
    expect(ring.pop()).toEqual(new Uint8Array(300).fill(7))
    expect([large.push(new Uint8Array(3)), ring.push(new Uint8Array(2)), ring.pop()?.length]).toEqual([true, true, 2])
  })

  test('that does not fit into the arena is refused, and leaves nothing there', () => {
    const arena = ARENAS[0]?.[1] as (typeof ARENAS)[number][1]
    slotRing({ capacity: 1, codec: u32, arena })[Symbol.dispose]()
    const before = usedBytes(arena)
    expect(() => slotRing({ capacity: 2 ** 20, codec: bytes(2 ** 20), arena })).toThrow(RangeError)
    expect(usedBytes(arena)).toBe(before)
  })
})

describe('attachSlotRing', () => {
  test('refuses what is no handle, a handle of another kind, and another codec', () => {
    using ring = slotRing({ capacity: 2, codec: u32 })
    const { handle } = ring
    expect(() => attachSlotRing(undefined as never)).toThrow('handle: expected that of a shared ring, got undefined')
    expect(() => attachSlotRing({ ...handle, kind: 'millrace.channel' } as never)).toThrow(
      'handle: expected that of a slot-ring, got millrace.channel',
    )
    expect(() => attachSlotRing(handle, f64)).toThrow('codec: the ring carries u32, this codec is f64')
    expect(() => attachSlotRing({ ...handle, codec: 'f64' })).toThrow('the memory of this handle does not carry f64')
    expect(() => attachSlotRing({ ...handle, codec: 'custom("mine",8)' })).toThrow('is not built in; give it again')
  })

  test('refuses a ring that no thread has any more', () => {
    const ring = slotRing({ capacity: 2, codec: u32 })
    ring[Symbol.dispose]()
    expect(() => attachSlotRing(ring.handle)).toThrow('handle: the ring is gone')
  })

  test('gives views of one ring, which lives until the last of them is disposed', () => {
    const ring = slotRing({ capacity: 2, codec: u32 })
    const other = attachSlotRing(ring.handle)
    ring.push(7)
    ring[Symbol.dispose]()
    ring[Symbol.dispose]()
    expect([ring.length, other.length, other.pop()]).toEqual([0, 1, 7])
    for (const use of [() => ring.push(1), () => ring.pop(), () => ring.popMany(1), () => ring.pushMany([1])]) {
      expect(use).toThrow('ring: it was disposed in this thread')
    }
    other[Symbol.dispose]()
    expect(() => attachSlotRing(ring.handle)).toThrow('gone')
  })
})
