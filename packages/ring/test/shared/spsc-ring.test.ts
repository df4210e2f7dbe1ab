import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { f64, i32, string, u32 } from '../../src/codecs.ts'
import type { Value } from '../../src/index.ts'
import { openSpscRing } from '../../src/shared/open-spsc-ring.ts'
import { attachSpscConsumer, attachSpscProducer, type SpscRingOptions, spscRing } from '../../src/shared.ts'
import { ARENAS, STARTS } from './arenas.ts'

const record = fc.uint8Array({ minLength: 24, maxLength: 24 })
const kinds: readonly (readonly [string, object, fc.Arbitrary<Value>])[] = [
  ['u32', { codec: u32 }, fc.nat({ max: 2 ** 32 - 1 })],
  ['f64', { codec: f64 }, fc.double()],
  ['string(30)', { codec: string(30) }, fc.string({ maxLength: 10 })],
  ['24 bytes', { slotBytes: 24 }, record],
  ['4 bytes', { slotBytes: 4 }, fc.uint8Array({ minLength: 4, maxLength: 4 })],
]

const command = (value: fc.Arbitrary<Value>) =>
  fc.oneof(
    fc.record({ push: value }),
    fc.constantFrom('pop' as const, 'flush' as const, 'giveBack' as const),
    fc.record({ pushMany: fc.array(value, { maxLength: 12 }) }),
    fc.record({ popMany: fc.nat(12) }),
  )

describe.each(ARENAS)('a ring between two over %s', (_, arena) => {
  test.each(kinds)('keeps order and capacity, and shows all once flushed, of %s', (_, options, value) => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 9 }),
        fc.nat({ max: 8 }),
        fc.constantFrom(...STARTS),
        fc.array(command(value), { maxLength: 80, size: 'max' }),
        (capacity, more, start, commands) => {
          const step = 1 + (more % capacity)
          using ring = openSpscRing({ capacity, step, arena, ...options } as unknown as SpscRingOptions<Value>, start)
          const { producer, consumer } = ring
          const model: Value[] = []
          const shown = () => consumer.length
          for (const command of commands) {
            if (command === 'flush') {
              producer.flush()
              expect(shown()).toBe(model.length)
            } else if (command === 'giveBack') {
              consumer.giveBack()
              expect(producer.length).toBe(model.length)
            } else if (command === 'pop') {
              const value = consumer.pop()
              if (value !== undefined) expect(value).toEqual(model.shift())
            } else if ('push' in command) {
              if (producer.push(command.push)) model.push(command.push)
              else expect([producer.length, shown()]).toEqual([capacity, model.length])
            } else if ('pushMany' in command) {
              const taken = producer.pushMany(command.pushMany)
              model.push(...command.pushMany.slice(0, taken))
              if (taken < command.pushMany.length) expect([producer.length, shown()]).toEqual([capacity, model.length])
            } else {
              const values = consumer.popMany(command.popMany)
              expect(values).toEqual(model.splice(0, values.length))
              if (values.length < command.popMany) expect(producer.length).toBe(model.length)
            }
            expect(model.length).toBeLessThanOrEqual(capacity)
            // What is hidden on either side is less than a step.
            expect(model.length - shown()).toBeLessThan(step)
            expect(producer.length - model.length).toBeLessThan(step)
          }
          producer.flush()
          expect(consumer.popMany(100)).toEqual(model)
        },
      ),
      { numRuns: 60 },
    )
  })

  test.each([
    ['u32', { codec: u32 }, Uint32Array, 1],
    ['i32', { codec: i32 }, Int32Array, 1],
    ['f64', { codec: f64 }, Float64Array, 1],
    ['8 bytes', { slotBytes: 8 }, Uint8Array, 8],
    ['136 bytes', { slotBytes: 136 }, Uint8Array, 136],
  ] as const)('moves arrays of any length, of %s', (_, options, Numbers, elements) => {
    using ring = openSpscRing({ capacity: 5000, arena, ...options } as unknown as SpscRingOptions<number>, -3)
    const { producer, consumer } = ring
    for (const count of [0, 1, 7, 48, 49, 100, 4999, 5000]) {
      const array = new Numbers(count * elements).map((_, i) => i * 7)
      expect(producer.pushFrom(array)).toBe(count)
      producer.flush()
      const out = new Numbers(count * elements + 1).fill(1)
      expect(consumer.popInto(out)).toBe(count)
      expect(out.subarray(0, count * elements)).toEqual(array)
      expect(out[count * elements]).toBe(1)
      consumer.giveBack()
    }
    const array = new Numbers(6000 * elements).map((_, i) => i)
    expect(producer.pushFrom(array, 500, 600)).toBe(100)
    expect(producer.pushFrom(array)).toBe(4900)
    expect([producer.pushFrom(array, 4900), producer.length]).toEqual([0, 5000])
    const out = new Numbers(100 * elements)
    expect([consumer.popInto(out), out]).toEqual([100, array.slice(500 * elements, 600 * elements)])
  })
})

describe('a producer', () => {
  test('shows what it pushed when a step of it is there, on flush, when the ring is full, and on dispose', () => {
    const { producer, consumer } = spscRing({ capacity: 8, codec: u32, step: 3 })
    producer.pushMany([1, 2])
    expect(consumer.pop()).toBeUndefined()
    producer.push(3)
    expect(consumer.popMany(9)).toEqual([1, 2, 3])
    producer.push(4)
    producer.flush()
    expect(consumer.pop()).toBe(4)
    consumer.giveBack()
    expect(producer.pushMany([5, 6, 7, 8, 9, 10, 11, 12])).toBe(8)
    expect([producer.push(13), consumer.length]).toEqual([false, 8])
    expect(consumer.popMany(9)).toHaveLength(8)
    expect(consumer.pop()).toBeUndefined()
    expect(producer.push(13)).toBe(true)
    expect(consumer.pop()).toBeUndefined()
    producer[Symbol.dispose]()
    expect([consumer.closed, consumer.pop(), consumer.pop()]).toEqual([true, 13, undefined])
    consumer[Symbol.dispose]()
  })

  test('of step 1 shows each value', () => {
    using ring = spscRing({ capacity: 8, codec: string(4), step: 1 })
    const { producer, consumer } = ring
    expect([producer.push('tea'), consumer.pop(), producer.length]).toEqual([true, 'tea', 0])
  })

  test('is told that its consumer left, and moves nothing after that', () => {
    using ring = spscRing({ capacity: 8, codec: u32 })
    const { producer, consumer } = ring
    expect([producer.closed, producer.push(1)]).toEqual([false, true])
    consumer[Symbol.dispose]()
    expect([producer.closed, producer.push(1), producer.pushMany([1]), producer.pushFrom(Uint32Array.of(1))]).toEqual([
      true,
      false,
      0,
      0,
    ])
  })

  test('refuses values and arrays of another kind, and moves nothing', () => {
    using ring = spscRing({ capacity: 8, codec: u32 })
    using raw = spscRing({ capacity: 8, slotBytes: 8 })
    using texts = spscRing({ capacity: 8, codec: string(8) })
    expect(() => ring.producer.push(-1)).toThrow('got -1')
    expect(() => ring.producer.pushMany([1, -1])).toThrow('got -1')
    expect(() => ring.producer.pushFrom(new Float64Array(1))).toThrow('array: expected Uint32Array, got Float64Array')
    expect(() => ring.producer.pushFrom(new Uint32Array(2), 0, 3)).toThrow('to: expected an integer from 0 to 2, got 3')
    expect(() => raw.producer.pushFrom(new Uint8Array(9))).toThrow('array: expected a multiple of 8 bytes, got 9')
    expect(() => raw.producer.push(new Uint8Array(9))).toThrow('expected 8 bytes, got 9')
    expect(() => texts.producer.pushFrom(new Uint8Array(9))).toThrow(TypeError)
    expect([ring, raw, texts].map(({ producer }) => producer.length)).toEqual([0, 0, 0])
  })
})

describe('an end', () => {
  test('is one, in whichever thread it is, also after it left', () => {
    const { producer, consumer, handle } = spscRing({ capacity: 2, codec: u32 })
    expect(() => attachSpscProducer(handle)).toThrow('handle: the ring has had its producer')
    expect(() => attachSpscConsumer(handle)).toThrow('handle: the ring has had its consumer')
    expect([producer.closed, consumer.closed, producer.push(1)]).toEqual([false, false, true])
    producer[Symbol.dispose]()
    expect(() => attachSpscProducer(handle)).toThrow('handle: the ring has had its producer')
    expect(consumer.pop()).toBe(1)
    consumer[Symbol.dispose]()
    expect(() => attachSpscConsumer(handle)).toThrow('handle: the ring is gone')
  })

  test('that was disposed is refused', () => {
    const { producer, consumer } = spscRing({ capacity: 2, codec: u32 })
    producer[Symbol.dispose]()
    consumer[Symbol.dispose]()
    for (const use of [
      () => producer.push(1),
      () => producer.flush(),
      () => consumer.pop(),
      () => consumer.giveBack(),
    ]) {
      expect(use).toThrow('ring: it was disposed in this thread')
    }
    expect([producer.length, consumer.length, producer.closed, consumer.closed]).toEqual([0, 0, true, true])
  })

  test('attaches while the maker has read none, and the maker lets go by dispose', () => {
    const ring = spscRing({ capacity: 2, codec: f64 })
    const [producer, consumer] = [attachSpscProducer(ring.handle), attachSpscConsumer(ring.handle)]
    ring[Symbol.dispose]()
    expect([producer.push(0.5), producer.flush(), consumer.pop()]).toEqual([true, undefined, 0.5])
    producer[Symbol.dispose]()
    consumer[Symbol.dispose]()
    expect(() => attachSpscConsumer(ring.handle)).toThrow('gone')
  })
})

describe('spscRing', () => {
  test('refuses options that make no ring', () => {
    expect(() => spscRing({ capacity: 0, codec: u32 })).toThrow('capacity: expected an integer from 1')
    expect(() => spscRing({ capacity: 4, codec: u32, step: 5 })).toThrow('step: expected an integer from 1 to 4, got 5')
    expect(() => spscRing({ capacity: 4, slotBytes: 6 })).toThrow('slotBytes: expected 4 or a multiple of 8')
    expect(() => spscRing({ capacity: 4, slotBytes: 8, codec: u32 } as never)).toThrow('slotBytes: a ring with a codec')
    expect(() => spscRing({ capacity: 4 } as never)).toThrow('codec: expected a codec, got undefined')
  })
})
