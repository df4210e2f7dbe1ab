import { expect, test } from 'vitest'
import { makeBareOrder, widerBareOrder } from '../../src/priority/bare.ts'

test('what an order of bare items took in is also in the wider one, up to the highest number', () => {
  const order = makeBareOrder<number>(undefined)
  const numbers = [2 ** 31, 2 ** 32 - 2, 2 ** 32 - 1, 2 ** 32, 2 ** 32 + 1]
  const taken = numbers.filter((number) => order.push(number, 7, number))
  expect(taken.length).toBeGreaterThan(2)
  const wider = widerBareOrder(order)
  expect(wider.push(1, 5_000, 1)).toBe(true)
  expect(Array.from({ length: wider.length }, () => wider.pop())).toEqual([1, ...taken])
})
