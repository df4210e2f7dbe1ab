import { describe, expect, test } from 'vitest'
import { runInChild } from '../src/child.ts'
import { formatSection } from '../src/report.ts'
import { loadSharedContenders } from '../src/shared/contender.ts'
import { REFERENCES } from '../src/shared/native.ts'
import { SHARED_SCENARIOS, type SharedScenario, sharedScenario } from '../src/shared/scenario.ts'
import { runShared } from '../src/shared/suite.ts'
import { SUITES } from '../src/suites.ts'
import type { Delivered, RoutesJob } from './fixtures/shared-routes.ts'

const LONG_MS = 100_000
const routes = new URL('./fixtures/shared-routes.ts', import.meta.url)
const smoke = { rounds: 1, samples: 1, sampleMs: 1, timeoutMs: LONG_MS }
const entries = await loadSharedContenders()

describe.each(entries)('$contender.name', ({ contender, module }) => {
  const able = SHARED_SCENARIOS.filter(({ name }) => contender.routes[name] !== undefined)
  // A library that starts its threads itself does not end them: it gets a process for each scenario.
  const isAlone = ({ name }: SharedScenario) => 'drive' in (contender.routes[name] ?? {})
  const together = able.filter((scenario) => !isAlone(scenario)).map(({ name }) => name)
  const groups = [together, ...able.filter(isAlone).map(({ name }) => [name])].filter(({ length }) => length > 0)

  test.each(groups.map((names) => ({ names })))(
    'delivers every value, run after run: $names',
    { timeout: LONG_MS },
    async ({ names }) => {
      const job: RoutesJob = { module: module.href, names }
      const expected = able
        .filter(({ name }) => names.includes(name))
        .map(({ name, isTrip }) => [name, { received: [isTrip ? 20 : 3001, 10], trips: isTrip ? 20 : undefined }])
      expect(await runInChild<Delivered>(routes, job, LONG_MS)).toEqual({ value: Object.fromEntries(expected) })
    },
  )
})

describe('the shared scenarios', () => {
  test('have what there is without a library each, and names of their own', () => {
    for (const { name } of SHARED_SCENARIOS) {
      const able = entries.filter(({ contender }) => contender.routes[name] !== undefined)
      expect(able.map(({ contender }) => contender.kind)).toContain('baseline')
    }
    expect(new Set(SHARED_SCENARIOS.map(({ name }) => name)).size).toBe(SHARED_SCENARIOS.length)
  })

  test('compare with a contender of ours that takes part', () => {
    for (const { name, reference } of SHARED_SCENARIOS) {
      const ours = entries.find(({ contender }) => contender.name === reference)?.contender
      expect(ours?.kind).toBe('ours')
      expect(ours?.routes[name]).toBeTypeOf('object')
    }
  })

  test('block only where a worker is', () => {
    const onMain = SHARED_SCENARIOS.filter(({ near }) => near === 'main').map(({ name }) => name)
    expect(onMain.filter((name) => /sync|block-block|1k/.test(name))).toEqual([])
  })
})

describe('runShared', () => {
  test('measures in processes of their own, and gives rates of values', { timeout: LONG_MS }, async () => {
    const field = { entries: pick('postMessage of arrays'), references: [], built: undefined }
    const section = await runShared(sharedScenario('object-batch'), field, smoke)
    expect(section.rows.map(({ contender, failure }) => [contender, failure])).toEqual([
      ['postMessage of arrays', undefined],
    ])
    expect(section.rows[0]?.metrics['rate']?.median).toBeGreaterThan(0)
    expect(section.title).toContain('capacity 1024')
  })

  test('gives p50 and p99 of round trips, in microseconds', { timeout: LONG_MS }, async () => {
    const field = { entries: pick('postMessage'), references: [], built: undefined }
    const { rows, metrics } = await runShared(sharedScenario('trip-await-await'), field, smoke)
    expect(metrics.map(({ name, unit }) => `${name} ${unit}`)).toEqual(['p50 µs', 'p99 µs'])
    const [p50 = 0, p99 = 0] = [rows[0]?.metrics['p50']?.median, rows[0]?.metrics['p99']?.median]
    expect(p50).toBeGreaterThan(0.5)
    expect(p99).toBeGreaterThanOrEqual(p50)
  })

  test('says in the row of a reference that there is no compiler, and raises no alarm', async () => {
    const field = { entries: [], references: REFERENCES, built: undefined }
    const section = await runShared(sharedScenario('u32-sync'), field, smoke)
    expect(section.rows).toMatchObject([{ contender: 'C++ Vyukov: no compiler', metrics: {}, failure: undefined }])
    expect(formatSection(section)).toMatch(/C\+\+ Vyukov: no compiler.*not measured/)
  })
})

describe('the shared suite', () => {
  test('knows its contenders, its references and its scenarios by name', async () => {
    const { contenders = [], sections = [] } = (await SUITES['shared']?.names()) ?? {}
    expect(contenders).toEqual(expect.arrayContaining(['millrace-mpmc', 'postMessage', 'ringbuf.js', 'C++ futex']))
    expect(sections).toEqual(SHARED_SCENARIOS.map(({ name }) => name))
    expect(new Set(contenders).size).toBe(contenders.length)
  })
})

function pick(name: string) {
  return entries.filter(({ contender }) => contender.name === name)
}
