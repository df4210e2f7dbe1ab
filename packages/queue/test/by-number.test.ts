import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ByNumber } from '../src/by-number.ts'

const numbers = fc.oneof(fc.nat(100), fc.nat(2 ** 31), fc.nat(Number.MAX_SAFE_INTEGER))

describe('things by their numbers', () => {
  test('are there from when they are added until they are taken out, whatever their numbers', () => {
    fc.assert(
      fc.property(fc.array(numbers, { maxLength: 200 }), (all) => {
        const things = new ByNumber<{ number: number }>()
        const there = new Map<number, { number: number }>()
        for (const number of all) {
          const thing = there.get(number)
          expect(things.get(number)).toBe(thing)
          if (thing === undefined) {
            const added = { number }
            things.add(added)
            there.set(number, added)
          } else {
            things.remove(thing)
            there.delete(number)
          }
          expect(things.size).toBe(there.size)
        }
        expect(new Set(things)).toEqual(new Set(there.values()))
        expect([...things]).toHaveLength(there.size)
      }),
      { numRuns: 500 },
    )
  })

  test('can come and go while somebody goes through them: those that stay are met once', () => {
    const things = new ByNumber<{ number: number }>()
    for (let number = 0; number < 1_000; number++) things.add({ number })
    const met: number[] = []
    for (const thing of things) {
      met.push(thing.number)
      if (thing.number % 2 === 1) things.remove(thing)
      if (thing.number < 1_000) things.add({ number: thing.number + 1_000 })
    }
    expect(new Set(met).size).toBe(met.length)
    for (let number = 0; number < 1_000; number++) expect(met).toContain(number)
    expect(things.size).toBe(1_000)
  })
})
