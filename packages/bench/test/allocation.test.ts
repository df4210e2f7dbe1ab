import { describe, expect, test } from 'vitest'
import { ALLOCATION_SCENARIOS, countAllocation, runAllocation } from '../src/allocation.ts'
import { LostValuesError } from '../src/child.ts'
import { type Contender, loadContenders } from '../src/contender.ts'

const [spsc = expect.unreachable()] = ALLOCATION_SCENARIOS
const options = { rounds: 1, timeoutMs: 50_000 }

async function entriesOf(...names: string[]) {
  return (await loadContenders()).filter(({ contender }) => names.includes(contender.name))
}

describe('runAllocation', () => {
  test('counts the promises of an item exactly: one that is made, and one for each of two awaits', async () => {
    const { rows } = await runAllocation(spsc, await entriesOf('await-floor'), options)
    expect(rows[0]?.failure).toBeUndefined()
    expect(rows[0]?.metrics['promises']?.median).toBeCloseTo(3, 3)
    expect(rows[0]?.metrics['bytes']?.median).toBeGreaterThan(0)
  })

  test('counts neither promise nor byte where ours is tried first', async () => {
    const tried = ALLOCATION_SCENARIOS.find(({ topology }) => topology === 'spsc-try') ?? expect.unreachable()
    const { rows } = await runAllocation(tried, await entriesOf('millrace-mpsc'), options)
    expect(rows[0]?.metrics['promises']?.median).toBeLessThan(0.1)
    expect(rows[0]?.metrics['bytes']?.median).toBeLessThan(10)
  })
})

describe('countAllocation', () => {
  test('refuses a run that lost a value, and a contender that cannot do the topology', async () => {
    const loses: Contender = { name: 'loses', kind: 'peer', drives: { spsc: async () => ({ received: 0, sum: 0 }) } }
    await expect(countAllocation(loses, spsc, 'promises')).rejects.toThrow(LostValuesError)
    await expect(countAllocation(loses, spsc, 'bytes')).rejects.toThrow(LostValuesError)
    expect(() => countAllocation({ ...loses, drives: {} }, spsc, 'bytes')).toThrow('loses has no drive')
  })

  test('refuses to tell bytes when something was collected', async () => {
    const collects: Contender = {
      name: 'collects',
      kind: 'peer',
      drives: {
        spsc: async ({ items }) => {
          for (let i = 0; i < 100; i++) Array.from({ length: 100_000 }, () => [i])
          return { received: items, sum: (items * (items - 1)) / 2 }
        },
      },
    }
    await expect(countAllocation(collects, spsc, 'bytes')).rejects.toThrow('garbage was collected')
  })
})
