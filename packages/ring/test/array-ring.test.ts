import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { arrayRing } from '../src/index.ts'

describe('push', () => {
  test('answers false when the ring is full, exactly from capacity on', () => {
    for (const capacity of [1, 2, 3, 16, 17, 1000]) {
      const ring = arrayRing<number>(capacity)
      for (let i = 0; i < capacity; i++) expect(ring.push(i)).toBe(true)
      expect([ring.push(capacity), ring.length]).toEqual([false, capacity])
    }
  })

  test('refuses undefined and takes null', () => {
    const ring = arrayRing<null>(2)
    expect(() => ring.push(undefined as never)).toThrow(TypeError)
    expect(() => ring.pushMany([null, undefined as never])).toThrow(TypeError)
    expect([ring.length, ring.push(null), ring.pop()]).toEqual([0, true, null])
  })
})

describe('pop', () => {
  test('answers undefined when the ring is empty', () => expect(arrayRing(1).pop()).toBeUndefined())

  test('keeps nothing alive that was popped', async () => {
    const ring = arrayRing<object>(4)
    const popped = (() => {
      ring.push({})
      return new WeakRef(ring.pop() as object)
    })()
    await new Promise((resolve) => setImmediate(resolve))
    globalThis.gc?.()
    expect(popped.deref()).toBeUndefined()
    expect(ring.length).toBe(0)
  })
})

describe('arrayRing', () => {
  test.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 30 + 1, '4', undefined])(
    'refuses capacity %s',
    (capacity) => {
      expect(() => arrayRing(capacity as number)).toThrow(
        new RangeError(`capacity: expected an integer from 1 to 2 ** 30, got ${capacity}`),
      )
    },
  )

  test('costs what it holds, not what it might', () => {
    const before = process.memoryUsage().heapUsed
    const rings = Array.from({ length: 100 }, () => arrayRing<number>(2 ** 30))
    for (const ring of rings) ring.push(1)
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(2 ** 20)
  })

  test('behaves as an array of limited length under random commands', () => {
    const command = fc.oneof(
      fc.record({ push: fc.integer() }),
      fc.constant('pop' as const),
      fc.record({ pushMany: fc.array(fc.integer(), { maxLength: 40 }), from: fc.nat(5), to: fc.option(fc.nat(40)) }),
      fc.record({ popMany: fc.nat(40) }),
    )
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 50 }), fc.array(command, { maxLength: 200 }), (capacity, commands) => {
        const ring = arrayRing<number>(capacity)
        const model: number[] = []
        for (const command of commands) {
          const room = capacity - model.length
          if (command === 'pop') expect(ring.pop()).toBe(model.shift())
          else if ('push' in command) {
            expect(ring.push(command.push)).toBe(room > 0)
            if (room > 0) model.push(command.push)
          } else if ('pushMany' in command) {
            const { pushMany: values, from, to } = command
            const taken = values.slice(from, to ?? undefined).slice(0, room)
            expect(ring.pushMany(values, from, Math.min(to ?? values.length, values.length))).toBe(taken.length)
            model.push(...taken)
          } else expect(ring.popMany(command.popMany)).toEqual(model.splice(0, command.popMany))
          expect(ring.length).toBe(model.length)
        }
      }),
    )
  })
})
