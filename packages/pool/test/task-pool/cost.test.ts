import { taskPool } from '@millrace/pool'
import { describe, expect, test } from 'vitest'

describe('run', () => {
  test('costs no more for each of a hundred thousand that wait than for each of a thousand, within a factor', async () => {
    const all = 100_000
    const cost = async (atOnce: number): Promise<number> => {
      const before = process.cpuUsage()
      for (let done = 0; done < all; done += atOnce) {
        const pool = taskPool({ concurrency: 100, maxPending: 1_000_000 })
        await Promise.all(Array.from({ length: atOnce }, () => pool.run(() => Promise.resolve())))
      }
      const { user, system } = process.cpuUsage(before)
      return Math.max(1, user + system)
    }
    await cost(20_000)
    // What goes through all that wait has a hundred times as many to go through in each round; what else goes on is not in all of them.
    let ratio = Number.POSITIVE_INFINITY
    for (let round = 0; round < 10 && ratio >= 8; round++) {
      const few = await cost(1_000)
      ratio = Math.min(ratio, (await cost(all)) / few)
    }
    expect(ratio).toBeLessThan(8)
  })
})
