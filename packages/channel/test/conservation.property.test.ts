import fc from 'fast-check'
import { afterAll, beforeAll, test, vi } from 'vitest'
import { conserves } from './conserves.ts'
import { openLocal } from './ledger.ts'

beforeAll(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }))
afterAll(() => void vi.useRealTimers())

test('every accepted value is received once or reported, in order, and nobody is left waiting', async () => {
  const capacity = fc.oneof({ weight: 9, arbitrary: fc.nat(4) }, { weight: 1, arbitrary: fc.constant(Infinity) })
  await conserves(openLocal, { capacity, numRuns: 4000 })
})
