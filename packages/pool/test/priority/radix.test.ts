import fc from 'fast-check'
import { expect, test } from 'vitest'
import { orderOf } from '../../src/priority/radix.ts'

test('whole numbers up to 2⁵³ apart are put in order by their digits, equal ones as they came', () => {
  const near = fc.integer({ min: -3, max: 3 })
  const apart = fc.integer({ min: 0, max: 2 ** 32 - 1 })
  const far = fc.integer({ min: -(2 ** 52), max: 2 ** 52 - 1 })
  fc.assert(
    fc.property(fc.oneof(...[near, apart, far].map((number) => fc.array(number, { maxLength: 50 }))), (numbers) => {
      const sorted = numbers.map((number, index) => ({ number, index })).sort((a, b) => a.number - b.number)
      expect([...orderOf(Float64Array.from(numbers))]).toEqual(sorted.map(({ index }) => index))
    }),
    { numRuns: 1_000 },
  )
})
