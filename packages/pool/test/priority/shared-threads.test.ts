import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { u32 } from '@millrace/ring/codec'
import { describe, expect, test } from 'vitest'
import { attachPriorityPool, type SharedPriorityPoolHandle, sharedPriorityPool } from '../../src/shared.ts'
import { randomFrom, rejection } from './support.ts'
import type { Role } from './threads/ends.worker.ts'

function start(role: Partial<Role>): Worker {
  return new Worker(new URL('./threads/ends.worker.ts', import.meta.url), { workerData: role })
}

const ROUNDS = 12
const EACH = 1_000_000
const counts = (): Int32Array => new Int32Array(new SharedArrayBuffer(4 * EACH * ROUNDS))

describe('a shared priority pool', () => {
  test('loses no item while threads that submit and hold are terminated at any moment, and hands one out twice only if its thread died', async () => {
    const { pool, handle } = sharedPriorityPool({ capacity: 200, codec: u32 })
    const [submitted, taken, random] = [counts(), counts(), randomFrom(5)]
    let died = 0
    for (let round = 0; round < ROUNDS; round++) {
      const threads = [
        start({ act: 'submit', handle, from: round * EACH, submitted }),
        start({ act: 'hold', handle, taken }),
        start({ act: 'hold', handle, taken }),
      ]
      await Promise.all(threads.map((thread) => once(thread, 'online')))
      const before = pool.stats().drained
      while (pool.stats().drained < before + 50) await pause(1)
      await pause(random() * 20)
      for (const thread of threads) await thread.terminate()
      died += 2
    }
    const last = start({ act: 'hold', handle, taken })
    await once(last, 'message')
    await last.terminate()
    await expect
      .poll(() => pool.stats(), { timeout: 30_000 })
      .toMatchObject({ held: 0, waitingDrains: 0, waitingSubmits: 0 })
    for (const item of pool.tryDrain(1000)) taken[item] = (taken[item] as number) + 1
    let [lost, twice] = [0, 0]
    for (let item = 0; item < taken.length; item++) {
      if ((taken[item] as number) < (submitted[item] as number)) lost++
      twice += Math.max(0, (taken[item] as number) - 1)
    }
    expect(lost).toBe(0)
    expect(twice).toBeLessThanOrEqual(died * 8)
    expect(submitted.reduce((sum, one) => sum + one, 0)).toBeGreaterThan(ROUNDS * 20)
    expect(pool.length).toBe(0)
    pool.close()
    await pool.whenClosed()
  }, 300_000)

  test('whose owner dies rejects all calls with code crashed, also those of ends it had not heard of', async () => {
    const owner = start({ act: 'own' })
    const [handle] = (await once(owner, 'message')) as [SharedPriorityPoolHandle<number>]
    const [known, unknown, late] = [attachPriorityPool(handle), attachPriorityPool(handle), attachPriorityPool(handle)]
    await known.submitMany(Array.from({ length: 10 }, (_, i) => i))
    const calls = [rejection(known.submit(10)), rejection(known.drain(20)), rejection(unknown.submit(11))]
    await owner.terminate()
    expect(await Promise.all(calls)).toMatchObject(Array(3).fill({ code: 'crashed' }))
    expect(await rejection(known.submit(12))).toMatchObject({ code: 'crashed', value: 12 })
    expect(await rejection(late.drain(1))).toMatchObject({ code: 'crashed' })
  })
})

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
