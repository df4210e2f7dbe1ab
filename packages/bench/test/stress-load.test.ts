import { describe, expect, test } from 'vitest'
import { LOADS, type Load } from '../src/stress/load/loads.ts'
import { timed } from '../src/stress/load/part.ts'

describe('under load each task has its own answer, and no more run than may', () => {
  for (const [name, load] of Object.entries<Load>(LOADS)) {
    test(`${name}: ${load.title}`, async () => {
      const parts = await load.run({ scale: 0.02, threads: 2 })
      expect(parts.flatMap(({ faults }) => faults)).toEqual([])
      for (const { tasks, most } of parts) {
        expect(tasks).toBeGreaterThanOrEqual(10)
        if (most > 0) expect(most).toBeGreaterThan(1)
      }
    })
  }
})

describe('a load', () => {
  test('has a fault where an answer is missing, wrong, or came while too many ran', async () => {
    const faultsOf = async (answers: readonly number[], limit = 9) =>
      (await timed('tasks', limit, [1, 2], () => Promise.resolve(answers))).faults
    expect(await faultsOf([1, 2])).toEqual([])
    expect(await faultsOf([1])).toEqual(['1 of 2 answers came', 'answer 1 is undefined in place of 2'])
    expect(await faultsOf([2, 2])).toEqual(['answer 0 is 2 in place of 1'])
    const crowded = await timed('tasks', 1, [1, 2], (gauge) => Promise.all([gauge.sleep(1, 1), gauge.sleep(1, 2)]))
    expect(crowded.faults).toEqual(['2 ran at a time where 1 may'])
  })
})
