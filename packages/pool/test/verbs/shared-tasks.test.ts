import { taskPool } from '@millrace/pool'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { Gate, rejection, turn, untilAborted } from '../task-pool/support.ts'

afterEach(() => void vi.useRealTimers())

describe('items of a map that share tasks', () => {
  test('count as cancelled when they are, as tasks of their own do', async () => {
    const pool = taskPool({ concurrency: 2 })
    for (const options of [{}, { runTimeoutMs: 60_000 }]) {
      const controller = new AbortController()
      const before = pool.metrics()
      const scope = pool.scope()
      const mapping = scope.map([1, 2, 3], (_, __, { signal }) => untilAborted(signal), {
        ...options,
        signal: controller.signal,
      })
      await turn()
      controller.abort('enough')
      expect(await rejection(mapping)).toBe('enough')
      const after = pool.metrics()
      const submitted = after.submitted - before.submitted
      expect([submitted, after.failed]).toEqual([after.cancelled - before.cancelled, 0])
      expect(submitted).toBeGreaterThanOrEqual(2)
      expect(scope.metrics()).toMatchObject({ submitted, cancelled: submitted, failed: 0, open: 0 })
    }
  })

  test('have their results, though others find nothing left before it is heard that their task was accepted', async () => {
    const pool = taskPool({ concurrency: 3, maxPending: 1 })
    pool.pause()
    const first = pool.run(() => 0)
    const gate = new Gate()
    const mapping = pool.map([1], (n, _, { signal }) => Promise.race([gate.opened.then(() => n), untilAborted(signal)]))
    // All in one turn: the first ends, and the tasks of the map are accepted and start one after the other.
    pool.resume()
    gate.open()
    expect([await first, await mapping]).toEqual([0, [1]])
    expect(pool.metrics()).toMatchObject({ submitted: 2, done: 2, cancelled: 0 })
  })

  test('that a shutdown leaves alone are in its report once, and in the counts', async () => {
    const pool = taskPool({ concurrency: 2, cancelGraceMs: 0 })
    const gate = new Gate()
    const scope = pool.scope()
    const mapping = rejection(scope.map([1, 2, 3], () => gate.opened))
    await turn()
    expect(await pool.shutdown({ timeoutMs: 0 })).toEqual({ onTime: false, finished: 0, cancelled: 0, killed: 2 })
    expect(await mapping).toMatchObject({ code: 'closed' })
    const counts = { submitted: 2, done: 0, failed: 0, cancelled: 2, killed: 2, running: 0 }
    expect(pool.metrics()).toMatchObject(counts)
    gate.open()
    await turn()
    expect(pool.metrics()).toMatchObject(counts)
    expect(scope.metrics()).toMatchObject({ submitted: 2, cancelled: 2, open: 0 })
  })

  test('are not counted once more by a shutdown that leaves their task alone between two of them', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const pool = taskPool({ concurrency: 1, cancelGraceMs: 0 })
    function* endless(): Generator<number> {
      for (;;) yield 1
    }
    const mapping = rejection(pool.map(endless(), (n) => n))
    const report = pool.shutdown({ timeoutMs: 0 })
    // By then the deadline is over, and the map waits for the next turn.
    await turn()
    const { submitted } = pool.metrics()
    vi.advanceTimersByTime(1)
    expect(pool.running).toBe(0)
    expect(await report).toMatchObject({ onTime: false, cancelled: 0, killed: 0 })
    expect(await mapping).toMatchObject({ code: 'closed' })
    expect(pool.metrics()).toMatchObject({ submitted, done: submitted, cancelled: 0, killed: 0 })
  })
})
