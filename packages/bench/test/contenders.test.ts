import { describe, expect, test } from 'vitest'
import { runScenario } from '../src/channel.ts'
import { loadContenders } from '../src/contender.ts'
import { runChecked } from '../src/measure.ts'
import { SCENARIOS } from '../src/scenario.ts'
import { BATCH, batchesOf, type TopologyName, tryFirst } from '../src/topology.ts'

const ITEMS = 3000
const entries = await loadContenders()

describe.each(entries.map(({ contender }) => contender))('$name', (contender) => {
  const able = SCENARIOS.filter(({ topology }) => contender.drives[topology] !== undefined)

  test.each(able)('delivers every value: $title', async (scenario) => {
    const drive = contender.drives[scenario.topology] ?? expect.unreachable()
    const { received, latenciesMs } = await runChecked(drive, scenario, ITEMS)
    expect(received).toBe(ITEMS)
    expect(latenciesMs?.length).toBe(scenario.topology === 'ping-pong' ? ITEMS : undefined)
  })
})

describe('the scenarios', () => {
  test('compare with a contender of ours that takes part', () => {
    for (const { reference, topology } of SCENARIOS) {
      const ours = entries.find(({ contender }) => contender.name === reference)?.contender
      expect(ours?.kind).toBe('ours')
      expect(ours?.drives[topology]).toBeTypeOf('function')
    }
  })

  test('have a peer each, and a baseline or a floor', () => {
    for (const { topology } of SCENARIOS) {
      const kinds = entries.filter(({ contender }) => contender.drives[topology]).map(({ contender }) => contender.kind)
      expect(kinds).toContain('peer')
      expect(kinds.some((kind) => kind === 'baseline' || kind === 'floor')).toBe(true)
    }
  })

  test('print what others published beside what was measured', async () => {
    const scenario = SCENARIOS.find(({ published }) => published !== undefined) ?? expect.unreachable()
    const options = { rounds: 1, samples: 1, sampleMs: 1, timeoutMs: 50_000 }
    const ours = entries.filter(({ contender }) => contender.name === scenario.reference)
    const { rows, metrics } = await runScenario(scenario, ours, options)
    expect(metrics[0]).toEqual({ name: 'a run', unit: 'µs' })
    expect(rows.map(({ contender, kind }) => [contender, kind])).toEqual([
      ['millrace-mpmc', 'ours'],
      ['tokio-mpmc, README', 'baseline'],
      ['tokio-mpmc, measured', 'baseline'],
    ])
    const [own, readme] = rows.map((row) => row.metrics['a run']?.median)
    expect(own).toBeGreaterThan(0)
    expect(readme).toBe(185.29)
    expect((await runScenario(scenario, [], options)).rows).toEqual([])
  })

  test('cover every topology', () => {
    const covered = new Set<TopologyName>(SCENARIOS.map(({ topology }) => topology))
    const known = entries.flatMap(({ contender }) => Object.keys(contender.drives))
    expect([...covered].sort()).toEqual([...new Set(known)].sort())
  })
})

describe('batchesOf', () => {
  test.each([0, 1, 127, 128, 129, 300])('gives %d values in arrays of at most 128', (items) => {
    const batches = Array.from(batchesOf(items), (values) => [...values])
    expect(batches.flat()).toEqual(Array.from({ length: items }, (_, i) => i))
    expect(batches.slice(0, -1).every(({ length }) => length === BATCH)).toBe(true)
  })
})

describe('tryFirst', () => {
  test('awaits only where there is no room or no value', async () => {
    const values: number[] = []
    const awaited: string[] = []
    const drives = tryFirst((capacity) => ({
      trySend: (value) => values.length < capacity && values.push(value) > 0,
      send: async (value) => {
        awaited.push(`send ${value}`)
        while (values.length === capacity) await undefined
        values.push(value)
      },
      tryReceive: () => values.shift(),
      receive: async () => {
        awaited.push('receive')
        while (values.length === 0) await undefined
        return values.shift()
      },
    }))
    const tally = await drives['spsc-try']({ items: 6, capacity: 4, producers: 1, consumers: 1 })
    expect(tally).toEqual({ received: 6, sum: 15 })
    // Empty at first; full at 4; empty again, since the sender who waits is not yet back.
    expect(awaited).toEqual(['receive', 'send 4', 'receive'])
  })
})
