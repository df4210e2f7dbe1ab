import { describe, expectTypeOf, test } from 'vitest'
import { f64, string, struct, u32 } from '../../src/codecs.ts'
import type { Ring } from '../../src/index.ts'
import { attachSlotRing, attachSpscConsumer, slotRing, spscRing } from '../../src/shared.ts'

describe('types', () => {
  test('follow from the codec, and travel with the handle', () => {
    const ring = slotRing({ capacity: 1, codec: struct({ id: u32, name: string(8) }) })
    expectTypeOf(ring.pop()).toEqualTypeOf<{ id: number; name: string } | undefined>()
    expectTypeOf(attachSlotRing(ring.handle)).toEqualTypeOf(ring)
    expectTypeOf(ring).toExtend<Ring<{ id: number; name: string }>>()
    const { handle } = spscRing({ capacity: 1, codec: f64 })
    expectTypeOf(attachSpscConsumer(handle).pop()).toEqualTypeOf<number | undefined>()
    expectTypeOf(spscRing({ capacity: 1, slotBytes: 8 }).consumer.pop()).toEqualTypeOf<Uint8Array | undefined>()
  })

  test('refuse values of another kind', () => {
    const ring = slotRing({ capacity: 1, codec: u32 })
    // @ts-expect-error A text is no number.
    expectTypeOf(ring.push).toBeCallableWith('1')
    // @ts-expect-error Undefined is no value.
    expectTypeOf(ring.push).toBeCallableWith(undefined)
    // @ts-expect-error The handle carries numbers, the codec texts.
    expectTypeOf(attachSlotRing<string>).toBeCallableWith(ring.handle)
  })
})
