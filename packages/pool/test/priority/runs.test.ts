import { expect, test } from 'vitest'
import { Runs } from '../../src/priority/runs.ts'
import { memory } from './support.ts'

test('thousands of runs of which little is left take up little memory, and stay in order', () => {
  const runs = new Runs<number>(4_096)
  const before = memory()
  const left: number[] = []
  for (let run = 0; run < 5_000; run++) {
    const low = Array.from({ length: 50 }, (_, i) => 50 * run + i)
    const high = 2 ** 30 - run
    const numbers = [...low, high]
    runs.add({ keys: Float64Array.from(numbers), items: numbers })
    expect(low.map(() => runs.pop())).toEqual(low)
    left.unshift(high)
  }
  expect(memory() - before).toBeLessThan(1_500_000)
  expect(Array.from({ length: runs.length }, () => runs.pop())).toEqual(left)
})
