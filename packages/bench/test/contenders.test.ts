import { describe, expect, test } from 'vitest'
import { loadContenders } from '../src/contender.ts'
import { runChecked } from '../src/measure.ts'
import { SCENARIOS } from '../src/scenario.ts'
import type { TopologyName } from '../src/topology.ts'

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

  test('have a peer each, and a baseline', () => {
    for (const { topology } of SCENARIOS) {
      const kinds = entries.filter(({ contender }) => contender.drives[topology]).map(({ contender }) => contender.kind)
      expect(kinds).toContain('peer')
      expect(kinds).toContain('baseline')
    }
  })

  test('cover every topology', () => {
    const covered = new Set<TopologyName>(SCENARIOS.map(({ topology }) => topology))
    const known = entries.flatMap(({ contender }) => Object.keys(contender.drives))
    expect([...covered].sort()).toEqual([...new Set(known)].sort())
  })
})
