import { describe, expect, test } from 'vitest'
import { LostValuesError } from '../src/child.ts'
import type { Contender } from '../src/contender.ts'
import { measure, runChecked } from '../src/measure.ts'
import { interleave } from '../src/run.ts'
import { SCENARIOS } from '../src/scenario.ts'
import type { Load } from '../src/topology.ts'

describe('interleave', () => {
  test('measures everybody once a round, each round beginning with another', async () => {
    const order: string[] = []
    await interleave(['a', 'b', 'c'], async (name) => ({ value: order.push(name) }), { rounds: 4 })
    expect(order.join('')).toBe('abc' + 'bca' + 'cab' + 'abc')
  })

  test('never measures two at a time', async () => {
    let running = 0
    let most = 0
    const measureOne = async () => {
      most = Math.max(most, ++running)
      await new Promise(setImmediate)
      running--
      return { value: 0 }
    }
    await interleave(['a', 'b', 'c'], measureOne, { rounds: 2 })
    expect(most).toBe(1)
  })

  test('does not measure again who failed, and goes on with the others', async () => {
    const order: string[] = []
    const failure = { kind: 'hung', message: 'too slow' } as const
    const runs = await interleave<number>(
      ['a', 'b'],
      async (name) => {
        order.push(name)
        return name === 'a' ? { failure } : { value: 1 }
      },
      { rounds: 3 },
    )
    expect(order.join('')).toBe('abbb')
    expect(runs.get('a')).toEqual({ values: [], failure })
    expect(runs.get('b')).toEqual({ values: [1, 1, 1] })
  })

  test('tells after each measurement what was measured', async () => {
    const told: string[] = []
    const onMeasured = (name: string, round: number) => told.push(`${name}${round}`)
    await interleave(['a', 'b'], async () => ({ value: 0 }), { rounds: 2, onMeasured })
    expect(told).toEqual(['a0', 'b0', 'b1', 'a1'])
  })
})

describe('runChecked', () => {
  const load = { capacity: 1, producers: 1, consumers: 1 }
  const sumOf = (items: number) => (items * (items - 1)) / 2

  test('accepts a run in which every value arrived', async () => {
    const tally = await runChecked(async ({ items }) => ({ received: items, sum: sumOf(items) }), load, 10)
    expect(tally.ms).toBeGreaterThanOrEqual(0)
  })

  test('refuses a run that lost a value', async () => {
    const loses = async ({ items }: Load) => ({ received: items - 1, sum: sumOf(items) })
    await expect(runChecked(loses, load, 10)).rejects.toThrow(LostValuesError)
  })

  test('refuses a run that delivered one value twice in place of another', async () => {
    const doubles = async ({ items }: Load) => ({ received: items, sum: sumOf(items) - 1 })
    await expect(runChecked(doubles, load, 10)).rejects.toThrow('sent 10 values with sum 45, received 10 with sum 44')
  })
})

describe('measure', () => {
  const [scenario = expect.unreachable()] = SCENARIOS

  test('takes as many samples as asked for', async () => {
    const contender: Contender = {
      name: 'counts',
      kind: 'peer',
      drives: { spsc: async ({ items }) => ({ received: items, sum: (items * (items - 1)) / 2 }) },
    }
    const { itemsPerSecond, p50Ns } = await measure(contender, scenario, { sampleMs: 0.001, samples: 3 })
    expect(itemsPerSecond).toHaveLength(3)
    expect(Math.min(...itemsPerSecond)).toBeGreaterThan(0)
    expect(p50Ns).toBeUndefined()
  })

  test('repeats a run of as many items as the scenario says', async () => {
    const loads: number[] = []
    const contender: Contender = {
      name: 'counts',
      kind: 'peer',
      drives: {
        spsc: async ({ items }) => {
          loads.push(items)
          return { received: items, sum: (items * (items - 1)) / 2 }
        },
      },
    }
    const samples = await measure(contender, { ...scenario, items: 100 }, { sampleMs: 0.05, samples: 2 })
    expect(new Set(loads)).toEqual(new Set([100]))
    expect(samples.runUs).toHaveLength(2)
    expect(samples.itemsPerSecond).toEqual(samples.runUs?.map((us) => (100 / us) * 1e6))
  })

  test('refuses a contender that cannot do the topology', async () => {
    const contender: Contender = { name: 'nobody', kind: 'peer', drives: {} }
    await expect(measure(contender, scenario, { sampleMs: 1, samples: 1 })).rejects.toThrow('nobody has no drive')
  })
})
