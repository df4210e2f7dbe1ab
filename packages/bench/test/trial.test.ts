import { expect, test } from 'vitest'
import { runTrials } from '../src/trial.ts'
import { suite } from './fixtures/trials.ts'

test('a trial is run once a round if that is long, else several times, the first ones without counting', async () => {
  const rowsOf = async (name: string) => {
    const section = suite.sections.find((one) => one.name === name) as (typeof suite.sections)[number]
    return (await runTrials(suite, section, { rounds: 2, timeoutMs: 50_000 })).rows
  }
  expect((await rowsOf('long'))[0]?.metrics['runs']).toMatchObject({ count: 2, min: 1, max: 1 })
  const short = (await rowsOf('short'))[0]?.metrics['runs']
  expect(short?.count).toBeGreaterThanOrEqual(6)
  expect(short?.min).toBeGreaterThan(1)
})
