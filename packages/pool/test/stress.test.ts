import { expect, test } from 'vitest'
import { randomFrom } from '../../../tooling/testing/random.ts'
import { pool } from './support.ts'

const codes = new Set(['crashed', 'timeout', 'closed', 'full', 'uncloneable'])

/**
 * Submits tasks of every kind at random, aborts some, and shuts down in the middle. Each submit must settle once, with
 * its own answer or a reason that fits.
 */
async function round(seed: number): Promise<void> {
  const chance = randomFrom(seed)
  const below = (limit: number): number => Math.floor(chance() * limit)
  const maxPending = 1 + below(8)
  const overflow = chance() < 0.7 ? 'wait' : 'reject'
  const threads = 1 + below(3)
  const tasks = pool({ threads, maxPending, overflow, cancelGraceMs: below(3) * 5 })
  const reason = new Error('aborted by the test')
  const counts = { resolved: 0, rejected: 0 }
  const wrong: unknown[] = []

  const fits = (error: unknown): boolean =>
    error === reason || error === 'thrown' || codes.has((error as { code: string }).code)
  const settled = (promise: Promise<unknown>, expected: unknown): Promise<void> =>
    promise.finally(checkLimits).then(
      (value) => {
        counts.resolved++
        if (value !== expected) wrong.push([value, expected])
      },
      (error: unknown) => {
        counts.rejected++
        if (!fits(error)) wrong.push(error)
      },
    )

  const checkLimits = (): void => {
    if (tasks.pending > maxPending || tasks.running > threads) wrong.push([tasks.pending, tasks.running])
  }

  const submit = (i: number): Promise<void> => {
    const controller = new AbortController()
    const { signal } = controller
    if (chance() < 0.3) setTimeout(() => controller.abort(reason), below(20))
    const timeoutMs = chance() < 0.1 ? below(10) : undefined
    const options = { signal, timeoutMs }
    const kind = chance()
    if (kind < 0.5) return settled(tasks.run('echo', [i], options), i)
    if (kind < 0.7)
      return settled(
        tasks.run('nap', [below(8)], { signal }).then(() => i),
        i,
      )
    if (kind < 0.75) return settled(tasks.run('exit', [below(3)], options), 'never')
    if (kind < 0.8) return settled(tasks.run('stray', [], options), 'never')
    if (kind < 0.84) return settled(tasks.run('spin', [], { signal, runTimeoutMs: 1 + below(20) }), 'never')
    if (kind < 0.9) return settled(tasks.run('fail', ['thrown'], options), 'never')
    if (kind < 0.95) return settled(tasks.run('uncloneable', [], options), 'never')
    return settled(tasks.run('echo', [() => {}], options), 'never')
  }

  const total = 60
  const all: Promise<void>[] = []
  const stopAt = chance() < 0.5 ? below(total) : total
  let report: ReturnType<typeof tasks.shutdown> | undefined
  for (let i = 0; i < total; i++) {
    if (i === stopAt) report = tasks.shutdown({ timeoutMs: below(40) })
    all.push(submit(i))
    checkLimits()
    if (chance() < 0.2) await new Promise((resolve) => setTimeout(resolve, below(5)))
  }
  await Promise.all(all)
  await (report ?? tasks.shutdown())
  expect(wrong).toEqual([])
  expect(counts.resolved + counts.rejected).toBe(total)
  const { done, failed, cancelled, ...left } = tasks.metrics()
  expect(left).toMatchObject({ liveThreads: 0, waiting: 0, pending: 0, running: 0 })
  expect(done).toBe(counts.resolved)
  expect(done + failed + cancelled).toBeLessThanOrEqual(total)
}

const first = Number(process.env['SEED'] ?? Date.now() % 1_000_000)
const rounds = Number(process.env['ROUNDS'] ?? 12)

test('every submit settles once, through aborts, crashes and shutdowns', { timeout: 20_000 * rounds }, async () => {
  for (let seed = first; seed < first + rounds; seed++) {
    await round(seed).catch((error: unknown) => {
      throw new Error(`failed with SEED=${seed} ROUNDS=1`, { cause: error })
    })
  }
})
