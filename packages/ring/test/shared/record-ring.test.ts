import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { openRecordRing } from '../../src/shared/record-ring.ts'
import { attachRecordConsumer, attachRecordProducer, recordRing } from '../../src/shared.ts'
import { ARENAS, STARTS } from './arenas.ts'

/** Bytes at an odd place of a larger array, so that they are aligned to nothing. */
function odd(bytes: Uint8Array): Uint8Array {
  const larger = new Uint8Array(bytes.length + 3)
  larger.set(bytes, 3)
  return larger.subarray(3)
}

const command = fc.oneof(
  fc.record({ push: fc.uint8Array({ maxLength: 512, size: 'max' }) }),
  fc.record({ push: fc.uint8Array({ maxLength: 3 }) }),
  fc.constantFrom('read' as const, 'popInto' as const),
  fc.record({ readMany: fc.nat(4) }),
)

describe.each(ARENAS)('a record ring over %s', (_, arena) => {
  test('gives back every record whole and in order: empty, misaligned, or where the room begins anew', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(128, 256, 1024, 4096),
        fc.constantFrom(...STARTS),
        fc.array(command, { maxLength: 80, size: 'max' }),
        (bytes, start, commands) => {
          const maxRecord = Math.min(512, bytes / 2)
          using ring = openRecordRing({ bytes, maxRecord, arena }, start)
          const { producer, consumer } = ring
          const model: Uint8Array[] = []
          const seen: Uint8Array[] = []
          const use = (record: Uint8Array) => seen.push(record.slice())
          for (const command of commands) {
            const waiting = model.length - seen.length
            if (command === 'read') expect(consumer.read(use)).toBe(waiting > 0)
            else if (command === 'popInto') {
              const array = new Uint8Array(maxRecord + 1)
              const length = consumer.popInto(array)
              expect(length === -1).toBe(waiting === 0)
              if (length >= 0) use(array.subarray(0, length))
            } else if ('readMany' in command) {
              expect(consumer.readMany(command.readMany, use)).toBe(Math.min(command.readMany, waiting))
            } else if (command.push.length > maxRecord) {
              expect(() => producer.push(command.push)).toThrow(expect.objectContaining({ code: 'too-large' }))
            } else if (producer.push(odd(command.push))) model.push(command.push)
            else expect(producer.lengthBytes).toBeGreaterThan(0)
            expect(seen).toEqual(model.slice(0, seen.length))
            if (seen.length === model.length) expect([producer.lengthBytes, consumer.lengthBytes]).toEqual([0, 0])
          }
          consumer.readMany(1000, use)
          expect(seen).toEqual(model)
        },
      ),
      { numRuns: 60 },
    )
  })

  test('holds as many empty records as it has blocks', () => {
    using ring = openRecordRing({ bytes: 256, maxRecord: 128, arena }, -2)
    const pushed = Array.from({ length: 5 }, () => ring.producer.push(new Uint8Array()))
    expect(pushed).toEqual([true, true, true, true, false])
    expect([ring.consumer.popInto(new Uint8Array()), ring.producer.push(new Uint8Array())]).toEqual([0, true])
  })
})

describe('read', () => {
  test('lends the record itself, and takes it away even if the reader throws', () => {
    using ring = recordRing({ bytes: 1024, maxRecord: 100 })
    const { producer, consumer } = ring
    producer.push(Uint8Array.of(1, 2))
    producer.push(Uint8Array.of(3))
    expect(() =>
      consumer.read((bytes) => {
        expect([bytes.length, bytes.buffer instanceof SharedArrayBuffer]).toEqual([2, true])
        throw new Error('unreadable')
      }),
    ).toThrow('unreadable')
    const array = new Uint8Array(4)
    expect([consumer.popInto(array), array[0]]).toEqual([1, 3])
  })

  test('refuses to read within a read, and lets the reader push and dispose', () => {
    using ring = recordRing({ bytes: 1024, maxRecord: 100 })
    const { producer, consumer } = ring
    producer.push(Uint8Array.of(1))
    const inner: unknown[] = []
    consumer.read(() => {
      expect(() => consumer.read(() => {})).toThrow('a record is being read')
      expect(() => consumer.popInto(new Uint8Array(9))).toThrow('a record is being read')
      inner.push(producer.push(Uint8Array.of(2)))
    })
    const count = consumer.readMany(9, ([byte]) => {
      inner.push(byte)
      consumer[Symbol.dispose]()
    })
    expect([inner, count, producer.closed, producer.push(Uint8Array.of(3))]).toEqual([[true, 2], 1, true, false])
  })
})

describe('popInto', () => {
  test('leaves a record where it is that is longer than the array', () => {
    using ring = recordRing({ bytes: 1024, maxRecord: 100 })
    const { producer, consumer } = ring
    producer.push(new Uint8Array(70).fill(5))
    expect(() => consumer.popInto(new Uint8Array(69))).toThrow('array: expected room for 70 bytes, got 69')
    expect([consumer.popInto(new Uint8Array(70)), consumer.popInto(new Uint8Array(70))]).toEqual([70, -1])
  })
})

describe('a record ring', () => {
  test('takes many producers and one consumer, and closes when either side has left', () => {
    const { producer, consumer, handle } = recordRing({ bytes: 1024, maxRecord: 100 })
    const second = attachRecordProducer(handle)
    expect(() => attachRecordConsumer(handle)).toThrow('handle: the ring has had its consumer')
    producer.push(Uint8Array.of(1))
    producer[Symbol.dispose]()
    expect([second.push(Uint8Array.of(2)), consumer.closed]).toEqual([true, false])
    second[Symbol.dispose]()
    const bytes: (number | undefined)[] = []
    expect([consumer.closed, consumer.readMany(9, ([byte]) => bytes.push(byte)), bytes]).toEqual([true, 2, [1, 2]])
    consumer[Symbol.dispose]()
    expect(() => second.push(Uint8Array.of(1))).toThrow('disposed')
    expect(() => attachRecordProducer(handle)).toThrow('gone')
  })

  test('takes nothing but bytes', () => {
    using ring = recordRing({ bytes: 1024, maxRecord: 100 })
    expect(() => ring.producer.push('text' as never)).toThrow(expect.objectContaining({ code: 'not-encodable' }))
    expect([ring.producer.lengthBytes, ring.producer.capacityBytes, ring.producer.maxRecord]).toEqual([0, 1024, 100])
  })

  test('refuses options that make none', () => {
    expect(() => recordRing({ bytes: 100, maxRecord: 1 })).toThrow('bytes: expected an integer from 128')
    expect(() => recordRing({ bytes: 1000, maxRecord: 513 })).toThrow('maxRecord: expected an integer from 1 to 512')
    expect(() => recordRing({ bytes: 1000, maxRecord: 5, size: 1 } as never)).toThrow('size: no such option')
  })
})
